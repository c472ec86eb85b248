-- The client with an independent JSON:API server: Fortune, see support/fortune/server.js. It
-- paginates by page[offset] and page[limit], ten per page, with links that begin at the path. Its
-- names contain hyphens.
--
-- Where it differs from JSON:API:
-- - it ignores unknown values of `include` and `page`; an unknown `sort` field is an error 500;
-- - `fields` applies to the primary type only, and an empty one hides the parameters after it;
-- - page[offset] that is not a multiple of page[limit] gets links to overlapping pages;
-- - it decodes only the first of several values separated by plain commas, as the client sends
--   them;
-- - the relationships of a missing resource are empty instead of 404;
-- - adding an existing member to a relationship is a conflict; a change of a relationship always
--   gets 204.

local harnest = require "harnest"
local fortune = require "spec.support.fortune"

if not fortune.available() then return end

local function ids_of(resources)
  local ids = {}
  for i, resource in ipairs(resources) do ids[i] = resource.id end
  return table.concat(ids, " ")
end

-- The ids from `first` to `last`, as ids_of returns them
local function range(first, last, step)
  local ids = {}
  for id = first, last, step or 1 do ids[#ids + 1] = { id = ("%d"):format(id) } end
  return ids_of(ids)
end

describe("Fortune", function()
  local server, api, asked

  -- A client that records its requests
  local function client(options)
    local all = {
      url = server.url, dialect = "jsonapi",
      trace = function(event)
        if event.event == "request" then asked[#asked + 1] = event.method .. " " .. event.url:sub(#server.url + 1) end
      end,
    }
    for name, value in pairs(options or {}) do all[name] = value end
    return harnest.new(all)
  end

  setup(function()
    server = fortune.start()
    api = client()
  end)
  before_each(function() asked = {} end)
  teardown(function()
    api:close()
    server:stop()
  end)

  describe("lists", function()
    it("every resource over all pages", function()
      local ids, numbers = {}, {}
      for article, page in api:list "articles" do
        ids[#ids + 1] = article
        numbers[page.number] = #page
        assert.equal("articles", article.type)
      end
      assert.equal(range(1, 25), ids_of(ids))
      assert.same({ 10, 10, 5 }, numbers)
      assert.same({
        "GET /articles", "GET /articles?page%5Boffset%5D=10&page%5Blimit%5D=10",
        "GET /articles?page%5Boffset%5D=20&page%5Blimit%5D=10",
      }, asked)
    end)

    it("page by page, with totals and links", function()
      local sizes = {}
      for page in api:pages("articles", { page = { limit = 7 } }) do
        sizes[page.number] = #page
        assert.equal(25, page.total)
        assert.equal(4, page.last)
        assert.equal(25, page.meta.count)
        assert.equal("1.0", page.jsonapi.version)
        assert.equal("/api/articles?page%5Boffset%5D=21&page%5Blimit%5D=7", page.links.last)
      end
      assert.same({ 7, 7, 7, 4 }, sizes)
    end)

    it("pages of one resource, and one page of the largest size", function()
      assert.equal(range(1, 5), ids_of(assert(api:all("people", { page = { limit = 1 } }))))
      assert.equal(range(1, 25), ids_of(assert(api:all("articles", { page = { limit = 1000 } }))))
    end)

    it("from an offset", function()
      assert.equal(range(11, 25), ids_of(assert(api:all("articles", { page = { offset = 10, limit = 5 } }))))
      -- the server links from here to offset 10, not 15, so some resources come twice
      assert.equal(range(6, 15) .. " " .. range(11, 25),
        ids_of(assert(api:all("articles", { page = { offset = 5, limit = 10 } }))))
    end)

    it("no more than the limit", function()
      assert.equal(range(1, 10), ids_of(assert(api:all("articles", { limit = 10 }))))
      assert.same({ "GET /articles" }, asked)
      assert.equal(range(1, 12), ids_of(assert(api:all("articles", { limit = 12 }))))
    end)

    it("the first", function()
      assert.equal("Ada", assert(api:first "people").attributes.name)
      local nobody, err = api:first("people", { filter = { name = "Nobody" } })
      assert.is_nil(nobody)
      assert.is_nil(err)
    end)

    it("nothing if the list is empty", function()
      assert.same({}, assert(api:all("people", { filter = { name = "Nobody" } })))
      assert.equal(0, api:count("people", { filter = { name = "Nobody" } }))
    end)

    it("the count", function()
      assert.equal(25, api:count "articles")
      assert.equal(30, api:count "comments")
      assert.equal(12, api:count("articles", { filter = { public = true } }))
      assert.equal(3, #asked)
      assert.equal(7, api:count("articles", { limit = 7 }))
      assert.equal(5, api:count "people")
    end)

    it("from a cursor on", function()
      local articles = api:list("articles", { page = { limit = 4 }, sort = "-words", filter = { public = false } })
      for _ = 1, 6 do assert(articles:next()) end
      local cursor = articles:cursor()
      articles:close()
      assert.equal("13 11 9 7 5 3 1", ids_of(assert(api:all("articles", { after = cursor }))))
    end)

    it("nothing more after its loop is left", function()
      local articles = api:list("articles", { page = { limit = 2 } })
      for article in articles do
        if article.id == "3" then break end
      end
      articles:close()
      assert.is_true(#asked >= 2 and #asked <= 3, #asked)
    end)
  end)

  describe("filters", function()
    local cases = {
      { "a text", "articles", { title = "Article 07" }, "7" },
      { "a text with what URLs reserve", "articles", { title = "Über „5“: 100% + more & less?" }, "5" },
      { "truth", "articles", { public = true }, range(2, 24, 2) },
      { "untruth", "articles", { public = false }, range(1, 25, 2) },
      { "a whole number", "articles", { words = 300 }, "3" },
      { "a fraction", "articles", { rating = 0.375 }, "3" },
      { "a date", "articles", { ["published-on"] = "2020-01-20T00:00:00.000Z" }, "20" },
      { "an item of an array", "articles", { tags = "c" }, range(2, 22, 4) },
      { "a relationship", "articles", { author = 2 }, range(2, 22, 4) },
      { "several values", "articles", { author = { 1, 2 } }, "1 2 5 6 9 10 13 14 17 18 21 22" },
      { "several texts", "people", { name = { "Ada", "Dana" } }, "1 4" },
      { "a range", "articles", { words = { min = 500, max = 700 } }, "5 6 7" },
      { "what is there", "people", { email = { exists = false } }, "4" },
      { "a part of a text", "people", { name = { ["fuzzy-match"] = "J" } }, "2" },
      { "another's attribute", "articles", { ["author:name"] = { ["fuzzy-match"] = "jör" } }, range(2, 22, 4) },
      { "several at once", "articles", { public = true, words = { min = 2000 }, author = 4 }, "20 24" },
    }
    for _, case in ipairs(cases) do
      it("by " .. case[1], function()
        assert.equal(case[4], ids_of(assert(api:all(case[2], { filter = case[3] }))))
      end)
    end

    it("by several values, of which it decodes the first", function()
      local titles = { "Article 01", "Article 02" }
      assert.equal("1", ids_of(assert(api:all("articles", { filter = { title = titles } }))))
      local encoded = { params = { ["filter[title]"] = table.concat(titles, ",") } }
      assert.equal("1 2", ids_of(assert(api:all("articles", encoded))))
    end)

    it("keep over the pages", function()
      local all = assert(api:all("articles", { page = { limit = 2 } }, { filter = { tags = "lua", public = true } }))
      assert.equal(range(2, 22, 4), ids_of(all))
      for _, path in ipairs(asked) do assert.truthy(path:find("filter%5Btags%5D=lua", 1, true), path) end
    end)
  end)

  describe("sorts", function()
    it("ascending and descending", function()
      assert.equal("1 2 3 4 5", ids_of(assert(api:all("people", { sort = "name" }))))
      assert.equal(range(25, 1, -1), ids_of(assert(api:all("articles", { sort = "-words" }))))
    end)

    it("by several fields, over the pages", function()
      local expected = range(25, 1, -2) .. " " .. range(24, 2, -2)
      assert.equal(expected, ids_of(assert(api:all("articles", { sort = { "public", "-published-on" } }))))
      assert.equal(3, #asked)
    end)

    it("a collection in steps", function()
      local long = api:collection("articles"):where { words = { min = 2000 } }:sort "-words":page_size(3):limit(4)
      assert.equal("25 24 23 22", ids_of(assert(long:all())))
      assert.equal("24", long:where { public = true }:first().id)
    end)
  end)

  describe("gets", function()
    it("a whole resource as in its JSON", function()
      local article = assert(api:get("articles", 1))
      assert.equal("articles", article.type)
      assert.equal("1", article.id)
      assert.equal("/api/articles/1", article.links.self)
      local attributes = article.attributes
      assert.equal("Article 01", attributes.title)
      assert.equal(100, attributes.words)
      assert.equal(0.125, attributes.rating)
      assert.is_false(attributes.public)
      assert.equal("2020-01-01T00:00:00.000Z", attributes["published-on"])
      assert.same({ "lua" }, attributes.tags)
      assert.equal(9007199254740991, attributes.extra.big)
      assert.equal(harnest.null, attributes.extra.none)
      assert.is_true(harnest.is_array(attributes.extra.list))
      assert.is_false(harnest.is_array(attributes.extra.nested.empty))
      if math.type then assert.equal("integer", math.type(attributes.extra.big)) end
      assert.same({ type = "articles", id = "1" }, article:ref())
    end)

    it("null and an empty array", function()
      assert.equal(harnest.null, assert(api:get("people", 4)).attributes.email)
      local tags = assert(api:get("articles", "4")).attributes.tags
      assert.same({}, tags)
      assert.is_true(harnest.is_array(tags))
    end)

    it("through the links that it sends", function()
      local article = assert(api:get("articles", 1))
      assert.equal("1", assert(api:get(article.links.self)).id)
      assert.equal("Ada", assert(api:get(article.relationships.author.links.related)).attributes.name)
      assert.equal("1 11 21", ids_of(assert(api:all(article.relationships.comments.links.related))))
      assert.equal("GET /articles/1/author", asked[3])
      local start = assert(api:fetch "/")
      assert.equal(30, api:count(start.links.comments))
    end)

    it("no related resource", function()
      local author, err = api:get "articles/25/author"
      assert.is_nil(author)
      assert.is_nil(err)
      assert.same({}, assert(api:all "articles/25/comments"))
    end)

    it("the identifiers of relationships", function()
      local author = assert(api:fetch "articles/1/relationships/author")
      assert.same({ type = "people", id = "1" }, author.data)
      assert.equal("/api/articles/1/author", author.links.related)
      assert.equal(harnest.null, assert(api:fetch "articles/25/relationships/author").data)
      assert.equal("1 11 21", ids_of(assert(api:fetch "articles/1/relationships/comments").data))
      assert.equal(range(1, 21, 4), ids_of(assert(api:all "people/1/relationships/articles")))
      -- a missing resource has empty ones: 200 instead of JSON:API's 404
      assert.equal(harnest.null, assert(api:fetch "articles/999/relationships/author").data)
    end)

    it("several in one document", function()
      assert.equal("3 1", ids_of(assert(api:fetch "articles/3,1").data))
    end)
  end)

  describe("includes", function()
    it("resources that relationships point to", function()
      local article = assert(api:get("articles", 1, { include = { "author", "comments.author" } }))
      local author, comments = article:related "author", article:related "comments"
      assert.equal("Ada", author.attributes.name)
      assert.equal("1 11 21", ids_of(comments))
      assert.equal("Björn", comments[1]:related("author").attributes.name)
      -- each is one table for all references
      assert.equal(article, (comments[3]:related "article"))
      assert.equal(comments[1]:related "author", comments[2]:related "author")
      local articles, missing = author:related "articles"
      assert.equal(article, articles[1])
      assert.equal("5 9 13 17 21", ids_of(missing))
      assert.equal(1, #asked)
    end)

    it("over the pages", function()
      local authors = {}
      for article in api:list("articles", { include = "author", page = { limit = 9 } }) do
        local author, err = article:related "author"
        assert.is_nil(err)
        authors[#authors + 1] = author and author.id or "none"
      end
      assert.equal(("1 2 3 4 "):rep(6) .. "none", table.concat(authors, " "))
      assert.equal(3, #asked)
    end)

    it("resources that related links lead to", function()
      local articles = assert(api:all("people/4/articles", { include = { "author", "comments" } }))
      assert.equal(range(4, 24, 4), ids_of(articles))
      assert.equal("Dana", articles[6]:related("author").attributes.name)
      assert.equal("8 18 28", ids_of(articles[2]:related "comments"))
    end)

    it("nothing that was not requested", function()
      local article = assert(api:get("articles", 1))
      local author, err = article:related "author"
      assert.is_nil(author)
      assert.truthy(tostring(err):find("include", 1, true), err)
      -- the server ignores an unknown path; the client reports it on use
      article = assert(api:get("articles", 1, { include = "nothing" }))
      assert.is_nil((article:related "author"))
    end)
  end)

  describe("sparse fields", function()
    it("are all that is sent", function()
      local article = assert(api:get("articles", 1, { fields = { articles = { "title", "published-on" } } }))
      assert.same({ title = "Article 01", ["published-on"] = "2020-01-01T00:00:00.000Z" }, article.attributes)
      -- a relationship without data is unknown, not empty
      local author, err = article:related "author"
      assert.is_nil(author)
      assert.truthy(err)
    end)

    it("include relationships, over the pages", function()
      local count = 0
      local query = { fields = { articles = { "author" } }, include = "author" }
      for article in api:list("articles", query) do
        count = count + 1
        assert.is_nil(article.attributes)
        assert.equal(harnest.null ~= article.relationships.author.data, article:related "author" ~= nil)
      end
      assert.equal(25, count)
    end)

    it("may be none", function()
      assert.is_nil(assert(api:get("articles", 1, { fields = { articles = {} } })).attributes)
      -- the server ignores parameters after an empty one, also page[offset]: it sends the first
      -- page again, which is an error
      local all, err = api:all("articles", { fields = { articles = {} } })
      assert.is_nil(all)
      assert.equal("protocol", err.kind)
      assert.truthy(err.message:find("loop", 1, true), err.message)
      assert.equal(10, #err.partial)
    end)
  end)

  describe("errors", function()
    -- The error of a failing call
    local function failure(result, err)
      assert.is_nil(result)
      assert.equal(tostring(err), err.message)
      return err
    end

    local cases = {
      { "an unknown id", "not_found", 404, "No records match the request.",
        function() return api:get("articles", 999) end },
      { "an unknown type", "not_found", 404, 'The requested type "nothings" is not a valid type.',
        function() return api:all "nothings" end },
      { "an unknown relationship", "not_found", 404, 'The field "nothing" is not a link on the type "article".',
        function() return api:fetch "articles/1/nothing" end },
      { "an unknown filter", "bad_request", 400, 'The field "nothing" is non-existent.',
        function() return api:count("articles", { filter = { nothing = 1 } }) end },
      { "an unknown way to filter", "bad_request", 400, 'The filter "nothing" is not valid.',
        function() return api:first("articles", { filter = { words = { nothing = 1 } } }) end },
      -- JSON:API requires 400
      { "an unknown field to sort by", "server_error", 500, "",
        function() return api:all("articles", { sort = "nothing" }) end },
    }
    for _, case in ipairs(cases) do
      it("of " .. case[1], function()
        local err = failure(case[5]())
        assert.equal(case[2], err.kind)
        assert.equal(case[3], err.status)
        assert.equal("GET", err.method)
        assert.equal(1, err.attempts)
        assert.equal(1, #err.errors)
        assert.truthy(err.errors[1].detail:find(case[4], 1, true), err.errors[1].detail)
        local said = case[4]:gsub("%.$", "") -- more text may follow
        assert.truthy(err.message:find(said, 1, true), err.message)
        assert.truthy(err.headers["content-type"]:find("application/vnd.api+json", 1, true))
      end)
    end

    it("of an extension that it does not support", function()
      local extended = client { ext = "https://jsonapi.org/ext/atomic" }
      local err = failure(extended:get("articles", 1))
      assert.equal(406, err.status)
      assert.equal("client_error", err.kind)
      extended:close()
    end)

    it("not of a profile that it does not support", function()
      local profiled = client { profile = "https://jsonapi.org/profiles/ethanresnick/cursor-pagination/" }
      assert.equal("1", assert(profiled:get("articles", 1)).id)
      profiled:close()
    end)

    it("are raised by loops", function()
      local fine, err = pcall(function()
        for _ in api:list("articles", { filter = { nothing = 1 } }) do error "not reached" end
      end)
      assert.is_false(fine)
      assert.equal("bad_request", err.kind)
    end)

    it("of a server that stops in the middle of a list", function()
      local gone = fortune.start()
      local lonely = harnest.new { url = gone.url, dialect = "jsonapi", retries = 0, prefetch = 0 }
      local articles = lonely:list "articles"
      for _ = 1, 10 do assert(articles:next()) end
      gone:stop()
      local err = failure(articles:next())
      assert.equal("network", err.kind)
      assert.is_nil(err.status)
      lonely:close()
    end)
  end)

  describe("relationships", function()
    it("lead to the resources that they point to", function()
      local article = assert(api:get("articles", 1))
      assert.equal("Ada", assert(api:related(article, "author")).attributes.name)
      local comments = {}
      for comment in assert(api:related(article, "comments", { include = "author" })) do
        comments[#comments + 1] = comment.id .. " by " .. comment:related("author").id
      end
      assert.same({ "1 by 2", "11 by 2", "21 by 2" }, comments)
    end)

    it("lead to nothing if they are empty", function()
      local alone = { type = "articles", id = "25" }
      local author, err = api:related(alone, "author")
      assert.is_nil(author)
      assert.is_nil(err)
      for _ in assert(api:related(alone, "comments")) do error "there is none" end
    end)

    it("are read as identifiers", function()
      assert.same({ type = "people", id = "1" }, assert(api:relationship("articles", 1, "author"):get()))
      assert.equal("1 11 21", ids_of(assert(api:relationship("articles", 1, "comments"):get())))
      local article = assert(api:get("articles", 2))
      assert.same({ type = "people", id = "2" }, assert(api:relationship(article, "author"):get()))
      assert.equal("GET /articles/2/relationships/author", asked[#asked])
      local ids = {}
      for identifier in api:relationship(article, "comments"):list() do ids[#ids + 1] = identifier end
      assert.equal("2 12 22", ids_of(ids))
    end)

    it("are read if they are empty", function()
      local author, err = api:relationship("articles", 25, "author"):get()
      assert.is_nil(author)
      assert.is_nil(err)
      assert.same({}, assert(api:relationship("articles", 25, "comments"):get()))
    end)

    it("are not found if no relationship has that name", function()
      local nothing, err = api:relationship("articles", 1, "nothing"):get()
      assert.is_nil(nothing)
      assert.equal("not_found", err.kind)
    end)
  end)

  describe("writes", function()
    local other, writer

    setup(function()
      other = fortune.start()
      writer = client { url = other.url }
    end)
    teardown(function()
      writer:close()
      other:stop()
    end)

    -- A new article for a spec
    local function new_article(attributes, relationships)
      local all = { title = "New" }
      for name, value in pairs(attributes or {}) do all[name] = value end
      return assert(writer:create("articles", { attributes = all, relationships = relationships }))
    end

    local function comment_ids(article)
      return ids_of(assert(writer:relationship("articles", article.id, "comments"):get()))
    end

    -- The checked error of a failing call
    local function failure(kind, status, detail, result, err)
      assert.is_nil(result)
      assert.equal(kind, err.kind)
      assert.equal(status, err.status)
      assert.equal(1, err.attempts)
      assert.truthy(err.errors[1].detail:find(detail, 1, true), err.errors[1].detail)
      return err
    end

    describe("create", function()
      it("a resource with every kind of value, read back unchanged", function()
        local created = assert(writer:create("articles", { attributes = {
          title = "Ein \"Titel\" \\ mit ž, 漢, 😀\n& %41+", words = 12, rating = 0.1, public = true,
          -- the server turns "" into null
          ["published-on"] = "2021-02-03T04:05:06.789Z", tags = { "a,b", "0" },
          extra = { whole = 9007199254740991, small = 5e-324, none = harnest.null, list = harnest.array {},
            object = {}, nested = { { 1, { 2 } } }, no = false },
        } }))
        assert.equal("articles", created.type)
        assert.truthy(created.id)
        assert.equal("/api/articles/" .. created.id, created.links.self)
        assert.equal(harnest.null, created.relationships.author.data)
        local read = assert(writer:get(created.links.self))
        for _, attributes in ipairs { created.attributes, read.attributes } do
          assert.equal("Ein \"Titel\" \\ mit ž, 漢, 😀\n& %41+", attributes.title)
          assert.equal(12, attributes.words)
          assert.equal(0.1, attributes.rating)
          assert.is_true(attributes.public)
          assert.equal("2021-02-03T04:05:06.789Z", attributes["published-on"])
          assert.same({ "a,b", "0" }, attributes.tags)
          local extra = attributes.extra
          assert.equal(9007199254740991, extra.whole)
          assert.equal(5e-324, extra.small)
          assert.equal(harnest.null, extra.none)
          assert.is_true(harnest.is_array(extra.list))
          assert.is_false(harnest.is_array(extra.object))
          assert.same({ { 1, { 2 } } }, extra.nested)
          assert.is_false(extra.no)
        end
      end)

      it("a resource with relationships, given as resources and as identifiers", function()
        local author = assert(writer:get("people", 5))
        local article = new_article({}, {
          author = author, comments = { { type = "comments", id = "29" }, assert(writer:get("comments", 30)) },
        })
        assert.same({ type = "people", id = "5" }, article.relationships.author.data)
        assert.equal("29 30", ids_of(article.relationships.comments.data))
        assert.equal(article.id, assert(writer:get("comments/30/article")).id)
        local alone = new_article({}, { author = harnest.null, comments = {} })
        assert.equal(harnest.null, alone.relationships.author.data)
        assert.same({}, alone.relationships.comments.data)
      end)

      it("a resource with a client-generated id, once", function()
        local id = harnest.uuid()
        assert.equal(id, assert(writer:create("people", { id = id, attributes = { name = "Own" } })).id)
        assert.equal("Own", assert(writer:get("people", id)).attributes.name)
        failure("conflict", 409, "already exists", writer:create("people", { id = id }))
      end)

      it("nothing if the server refuses", function()
        local before = assert(writer:count "articles")
        local function create(attributes, relationships)
          return writer:create("articles", { attributes = attributes, relationships = relationships })
        end
        local err = failure("invalid", 422, "An article needs a title.", create { words = 1 })
        assert.equal("/data/attributes/title", err.errors[1].source.pointer)
        assert.equal("POST", err.method)
        assert.truthy(err.message:find("attributes.title", 1, true), err.message)
        failure("conflict", 409, "That title is taken.", create { title = "taken" })
        failure("bad_request", 400, "must be an array", create { title = "New", tags = "lua" })
        local new, nobody, comment = { title = "New" }, { type = "people", id = "99" }, { type = "comments", id = "1" }
        -- JSON:API requires 404
        failure("bad_request", 400, "was not found", create(new, { author = nobody }))
        failure("conflict", 409, "is invalid", create(new, { author = comment }))
        -- JSON:API requires 404
        failure("bad_request", 400, "body is invalid", writer:create("nothings", { attributes = { a = 1 } }))
        assert.equal(before, writer:count "articles")
      end)
    end)

    describe("update", function()
      it("only the given members: 204 is true", function()
        local article = new_article({ words = 1, tags = { "a" } }, { author = { type = "people", id = "1" } })
        assert.is_true((writer:update("articles", article.id, { attributes = { words = 2, rating = 0.5 } })))
        local read = assert(writer:get("articles", article.id))
        assert.equal(2, read.attributes.words)
        assert.equal(0.5, read.attributes.rating)
        assert.equal("New", read.attributes.title)
        assert.same({ "a" }, read.attributes.tags)
        assert.equal("1", read.relationships.author.data.id)
      end)

      it("to null and to an empty array", function()
        local article = new_article { words = 1, tags = { "a" }, extra = { a = 1 } }
        local cleared = { words = harnest.null, tags = harnest.array {}, extra = harnest.null }
        assert(writer:update(article, { attributes = cleared }))
        local attributes = assert(writer:get(article.links.self)).attributes
        assert.equal(harnest.null, attributes.words)
        assert.equal(harnest.null, attributes.extra)
        assert.same({}, attributes.tags)
      end)

      it("a resource that the server changes further: it sends the resource", function()
        local comment = assert(writer:create("comments", { attributes = { text = "First" } }))
        assert.equal(1, comment.attributes.revision)
        local updated = assert(writer:update("comments", comment.id, { attributes = { text = "Second" } }))
        assert.equal("Second", updated.attributes.text)
        assert.equal(2, updated.attributes.revision)
        assert.equal(comment.id, updated.id)
      end)

      it("by the smallest difference of two resources", function()
        local article = new_article { words = 1, tags = { "a" } }
        local wanted = assert(writer:get("articles", article.id))
        wanted.attributes.words = 5
        assert(writer:update(article, harnest.changes(article, wanted)))
        assert.is_nil(harnest.changes(assert(writer:get("articles", article.id)), wanted))
      end)

      it("relationships, which are replaced as a whole", function()
        local article = new_article({}, { author = { type = "people", id = "1" } })
        local author, comments = { type = "people", id = "2" }, { { type = "comments", id = "27" } }
        assert(writer:update("articles", article.id, { relationships = { author = author, comments = comments } }))
        local read = assert(writer:get("articles", article.id, { include = { "author", "comments" } }))
        assert.equal("Björn", read:related("author").attributes.name)
        assert.equal("27", ids_of(read:related "comments"))
        assert(writer:update(read, { relationships = { author = harnest.null, comments = {} } }))
        assert.is_nil((writer:get("articles/" .. article.id .. "/author")))
        assert.equal("", comment_ids(article))
      end)

      it("nothing if the server refuses", function()
        local article = new_article()
        local function update(attributes) return writer:update(article, { attributes = attributes }) end
        local err = failure("invalid", 422, "An article needs a title.", update { title = harnest.null })
        assert.equal("PATCH", err.method)
        assert.truthy(err.message:find("attributes.title", 1, true), err.message)
        failure("conflict", 409, "That title is taken.", update { title = "taken", words = 1 })
        failure("not_found", 404, "could not be found", writer:update("articles", 999, { attributes = { words = 1 } }))
        local read = assert(writer:get("articles", article.id))
        assert.equal("New", read.attributes.title)
        assert.equal(harnest.null, read.attributes.words)
      end)
    end)

    it("get the ETag that was read, although this server sends it without quotes", function()
      local article = new_article()
      local first = harnest.etag(assert(writer:get("articles", article.id)))
      assert.truthy(first:find "^W/%x+$", first)
      assert(writer:update(article, { attributes = { words = 9 } }))
      assert.not_equal(first, harnest.etag(assert(writer:get("articles", article.id))))
    end)

    describe("delete", function()
      it("a resource, once", function()
        local article, second = new_article(), new_article()
        assert.is_true((writer:delete("articles", article.id)))
        assert.is_true((writer:delete(second)))
        assert.equal("not_found", select(2, writer:get("articles", article.id)).kind)
        failure("not_found", 404, "could not be found", writer:delete("articles", article.id))
      end)

      it("nothing if the server refuses", function()
        local err = failure("forbidden", 403, "People are not deleted.", writer:delete("people", 1))
        assert.equal("DELETE", err.method)
        assert.equal("Ada", assert(writer:get("people", 1)).attributes.name)
      end)
    end)

    describe("relationship", function()
      it("to one is replaced and emptied", function()
        local article = new_article()
        local author = writer:relationship("articles", article.id, "author")
        assert.is_nil((author:get()))
        assert.is_true((author:replace { type = "people", id = "3" }))
        assert.same({ type = "people", id = "3" }, assert(author:get()))
        assert(author:replace(assert(writer:get("people", 4))))
        assert.equal("4", assert(author:get()).id)
        assert(author:replace(harnest.null))
        local none, err = author:get()
        assert.is_nil(none)
        assert.is_nil(err)
      end)

      it("to many is replaced, extended and reduced", function()
        local article = new_article()
        local comments = writer:relationship(article, "comments")
        assert.is_true((comments:add { { type = "comments", id = "21" }, { type = "comments", id = "22" } }))
        assert.equal("21 22", comment_ids(article))
        assert.is_true((comments:add(assert(writer:get("comments", 23)))))
        assert.equal("21 22 23", comment_ids(article))
        assert.is_true((comments:remove { { type = "comments", id = "22" } }))
        assert.equal("21 23", comment_ids(article))
        -- not a member: no error
        assert.is_true((comments:remove { { type = "comments", id = "22" } }))
        assert.is_true((comments:replace { { type = "comments", id = "24" }, { type = "comments", id = "25" } }))
        assert.equal("24 25", comment_ids(article))
        assert.is_true((comments:replace {}))
        assert.equal("", comment_ids(article))
        -- the inverse relationship has changed, too
        assert.is_nil((writer:get "comments/21/article"))
      end)

      it("is unchanged if the server refuses", function()
        local article = new_article({}, { comments = { { type = "comments", id = "26" } } })
        local comments = writer:relationship("articles", article.id, "comments")
        failure("bad_request", 400, "was not found", comments:add { { type = "comments", id = "999" } })
        failure("conflict", 409, "Incorrect type.", comments:replace { { type = "people", id = "1" } })
        -- JSON:API requires adding an existing member to succeed; this server reports a conflict
        failure("conflict", 409, "Duplicate ID", comments:add { { type = "comments", id = "26" } })
        local author = writer:relationship("articles", article.id, "author")
        failure("client_error", 405, "to-one relationship", author:add { { type = "people", id = "1" } })
        assert.equal("26", comment_ids(article))
      end)
    end)
  end)
end)

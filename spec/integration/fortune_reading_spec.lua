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

local ids_of = fortune.ids_of

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
end)

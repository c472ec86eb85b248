-- Writes to an independent JSON:API server, Fortune. fortune_reading_spec.lua says where it differs
-- from JSON:API.

local harnest = require "harnest"
local fortune = require "spec.support.fortune"

if not fortune.available() then return end

local ids_of = fortune.ids_of

describe("Fortune writes", function()
  local server, writer

  setup(function()
    server = fortune.start()
    writer = harnest.new { url = server.url, dialect = "jsonapi" }
  end)
  teardown(function()
    writer:close()
    server:stop()
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

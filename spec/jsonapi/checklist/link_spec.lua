-- docs/SPEC.md, E: links.

local exchange = require "spec.support.exchange"
local harnest = require "harnest"
local rawserver = require "spec.support.rawserver"

describe("a link", function()
  local x = exchange.hook(setup, before_each, teardown)

  local function count_all(next_link)
    x:reset()
    x:serve("GET /api/things?page=2", 200, '{"data":[{"type":"things","id":"2"}],"links":{"next":null}}')
    x:serve("GET /api/things", 200, '{"data":[{"type":"things","id":"1"}],"links":{"next":' .. next_link .. "}}")
    return #assert(x.api:all "things")
  end

  it("[36] is a string, an object, or null", function()
    assert.equal(2, count_all '"/api/things?page=2"')
    assert.equal(2, count_all '{"href":"/api/things?page=2"}')
    assert.equal(1, count_all "null")
    assert.equal(1, x:count())
  end)

  it("[37] as an object needs only href, and keeps its other members", function()
    local link = [[{"href":"/api/things?page=2","rel":"next","describedby":"/schema","title":"More","type":"text/html",
      "hreflang":["de","en-GB"],"meta":{"a":1}}]]
    assert.equal(2, count_all(link))
    x:reset()
    x:answer(200, '{"data":null,"links":{"about":' .. link .. ',"other":{"href":"/x","hreflang":"de"}}}')
    local links = assert(x.api:fetch "/things").links
    assert.same({ href = "/api/things?page=2", rel = "next", describedby = "/schema", title = "More",
      type = "text/html", hreflang = { "de", "en-GB" }, meta = { a = 1 } }, links.about)
    assert.equal("de", links.other.hreflang)
    x:answer(200, '{"data":[]}')
    assert(x.api:fetch(links.about))
    assert.equal("/api/things?page=2", x:sent().path)
    assert.equal("application/vnd.api+json", x:sent().headers.accept) -- type is only a hint
  end)

  it("[37] without href is not a link", function()
    for _, odd in ipairs { "{}", '{"meta":{}}', '{"href":null}', '{"href":""}', '""', "[]" } do
      assert.equal(1, count_all(odd), odd)
    end
    -- an invalid link never ends a list without an error
    for _, nonsense in ipairs { '{"href":5}', "5", "true", "[1]" } do
      assert.has_error(function() count_all(nonsense) end)
    end
    local fine, message = pcall(x.api.fetch, x.api, { meta = {} })
    assert.is_false(fine)
    assert.truthy(message:find("path or link, got a table without href", 1, true))
  end)

  it("[38] has its relation from its name", function()
    assert.equal(2, count_all '{"href":"/api/things?page=2","title":"no rel"}')
    x:reset()
    x:answer(200, [[{"data":[{"type":"things","id":"1"}],"links":{"prev":null,"next":null,
      "more":{"href":"/api/things?page=2"},"self":{"href":"/api/things?page=3"}}}]])
    assert.equal(1, #assert(x.api:all "things"))
    assert.equal(1, x:count())
  end)

  describe("that is relative", function()
    it("[39] is resolved against the final URL of the response", function()
      x:answer(302, "", { Location = "/api/deep/er/things?a=b" })
      x:answer(200, '{"data":[{"type":"things","id":"1"}],"links":{"next":"other?page=2"}}')
      x:answer(200, '{"data":[{"type":"things","id":"2"}],"links":{"next":"?page=3"}}')
      x:answer(200, '{"data":[{"type":"things","id":"3"}],"links":{"next":"../up"}}')
      x:answer(200, '{"data":[{"type":"things","id":"4"}],"links":{"next":"/top"}}')
      x:answer(200, '{"data":[{"type":"things","id":"5"}],"links":{"next":null}}')
      assert.equal(5, #assert(x.api:all "things"))
      local paths = {}
      for i, request in ipairs(x:requests()) do paths[i] = request.path end
      assert.same({ "/api/things", "/api/deep/er/things?a=b", "/api/deep/er/other?page=2", "/api/deep/er/other?page=3",
        "/api/deep/up", "/top" }, paths)
    end)
  end)

  it("[39] to another origin gets neither a request nor the token", function()
    local other = rawserver.start()
    local api = x:client { token = "secret" }
    local elsewhere = other.url .. "/api/things/1"
    x:answer(200, '{"data":[{"type":"things","id":"1"}],"links":{"next":"' .. elsewhere .. '"}}')
    local all, err = api:all "things"
    assert.is_nil(all)
    assert.equal("refused", err.kind)
    assert.equal("Bearer secret", x:sent().headers.authorization)
    assert.equal("refused", select(2, api:fetch(elsewhere)).kind)
    assert.equal("refused", select(2, api:get { href = elsewhere }).kind)
    assert.equal("refused", select(2, api:create(elsewhere, { type = "things" })).kind)
    x:answer(307, "", { Location = elsewhere })
    assert.equal("refused", select(2, api:get("things", 1)).kind)
    x:answer(202, "", { ["Content-Location"] = elsewhere })
    assert.equal("refused", select(2, api:wait(api:create("things", {}))).kind)
    x:answer(201, "", { Location = elsewhere })
    assert.is_nil(assert(api:create("things", {})).id)
    local thing = { type = "things", id = "1", links = { self = elsewhere }, relationships = {
      one = { links = { self = elsewhere, related = elsewhere } } } }
    for _, call in ipairs {
      function() return api:get(thing) end,
      function() return api:update(thing, {}) end,
      function() return api:delete(thing) end,
      function() return api:relationship(thing, "one"):replace(harnest.null) end,
      function() return api:related(thing, "one") end,
    } do
      local before = x:count()
      x:answer(200, '{"data":{"type":"things","id":"1"}}')
      assert(call())
      assert.equal(before + 1, x:count())
    end
    assert.equal(0, #other:connections())
    other:stop()
  end)

  it("[40] in an error may be a list of types", function()
    local size = '"https://jsonapi.org/profiles/ethanresnick/cursor-pagination/max-size-exceeded"'
    local object = '{"href":' .. size .. "}"
    local types = { size, object, "[" .. size .. "]", '["https://other.example/",' .. object .. "]" }
    for _, text in ipairs(types) do
      x:answer(400, '{"errors":[{"title":"Too many","links":{"type":' .. text
        .. ',"about":"/help"},"meta":{"page":{"maxSize":50}}}]}')
      local _, err = x.api:fetch("/things", { page = { size = 500 } })
      assert.equal("bad_request", err.kind)
      assert.equal("/help", err.errors[1].links.about)
      assert.truthy(err.message:find("the largest page[size] is 50", 1, true), err.message)
    end
    for _, text in ipairs { "null", "[]", "[null]", "5", "[[]]", "{}" } do
      x:answer(400, '{"errors":[{"title":"Too many","links":{"type":' .. text .. "}}]}")
      local _, err = x.api:fetch "/things"
      assert.equal("Too many", err.errors[1].title)
    end
  end)
end)

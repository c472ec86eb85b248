-- docs/SPEC.md, A: media type and content negotiation.

local exchange = require "spec.support.exchange"
local harnest = require "harnest"
local sandbox = require "spec.support.sandbox"

local MEDIA_TYPE = "application/vnd.api+json"
local ONE = '{"data":{"type":"things","id":"1"}}'

local function things(id)
  return { type = "things", id = id }
end

describe("the media type", function()
  local x = exchange.hook(setup, before_each, teardown)

  -- Every call with a body, and every one without
  local with_body = {
    function(api) return api:create("things", { attributes = { a = 1 } }) end,
    function(api) return api:update("things", 1, { attributes = { a = 1 } }) end,
    function(api) return api:relationship("things", 1, "one"):replace(harnest.null) end,
    function(api) return api:relationship("things", 1, "many"):add { things "2" } end,
    function(api) return api:relationship("things", 1, "many"):remove { things "2" } end,
    function(api) return api:request { method = "POST", path = "/things/1/act", body = { meta = { a = 1 } } } end,
  }
  local without_body = {
    function(api) return api:get("things", 1) end,
    function(api) return api:fetch "/things" end,
    function(api) return api:delete("things", 1) end,
    function(api) return api:relationship("things", 1, "one"):get() end,
    function(api) return api:request { method = "POST", path = "/things/1/act" } end,
  }

  it("[1] is sent with every body", function()
    for _, call in ipairs(with_body) do
      x:reset()
      x:answer(200, ONE)
      assert(call(x.api))
      assert.equal(MEDIA_TYPE, x:sent().headers["content-type"])
      assert.truthy(x:sent().body:find "^{")
    end
  end)

  it("[1] is not sent without a body", function()
    for _, call in ipairs(without_body) do
      x:reset()
      x:answer(200, ONE)
      assert(call(x.api))
      assert.is_nil(x:sent().headers["content-type"])
      assert.equal("", x:sent().body)
    end
  end)

  it("[2] has no parameters except ext and profile, quoted, with a space between URIs", function()
    local api = x:client { ext = { "https://a.example/", "https://b.example/" },
      profile = { "https://c.example/", "https://d.example/" } }
    x:answer(200, ONE)
    assert(with_body[1](api))
    local sent = x:sent().headers
    assert.equal(MEDIA_TYPE .. ';ext="https://a.example/ https://b.example/"', sent["content-type"])
    assert.equal(MEDIA_TYPE .. ';ext="https://a.example/ https://b.example/"'
      .. ';profile="https://c.example/ https://d.example/", '
      .. MEDIA_TYPE .. ';ext="https://a.example/ https://b.example/"', sent.accept)
    for _, call in ipairs(with_body) do
      x:reset()
      x:answer(200, ONE)
      assert(call(x.api))
      assert.is_nil((x:sent().headers["content-type"] .. x:sent().headers.accept):find "charset")
    end
  end)

  it("[3] lists in Content-Type only the extensions that the body uses", function()
    local api = x:client { ext = "https://a.example/" }
    x:answer(200, ONE)
    assert(with_body[2](api))
    assert.equal(MEDIA_TYPE .. ';ext="https://a.example/"', x:sent().headers["content-type"])
    x:answer(204)
    assert(x.api:atomic { { op = "add", data = { type = "things", attributes = { a = 1 } } } })
    assert.equal(MEDIA_TYPE .. ';ext="https://jsonapi.org/ext/atomic"', x:sent().headers["content-type"])
    x:answer(204)
    assert(api:atomic { { op = "add", data = { type = "things", attributes = { a = 1 } } } })
    assert.equal(MEDIA_TYPE .. ';ext="https://a.example/ https://jsonapi.org/ext/atomic"',
      x:sent().headers["content-type"])
    x:answer(200, ONE)
    assert(with_body[2](x.api))
    assert.equal(MEDIA_TYPE, x:sent().headers["content-type"])
  end)

  it("[4] may be received with any parameter", function()
    for _, parameters in ipairs { "; charset=utf-8", ';charset="utf-8";boundary=x', '; profile="https://x.example/"',
      ";q=", "; =;;", ";version=1" } do
      x:reset()
      x:answer(200, ONE, { ["Content-Type"] = MEDIA_TYPE .. parameters })
      assert.equal("1", assert(x.api:get("things", 1)).id)
      x:answer(404, '{"errors":[{"detail":"gone"}]}', { ["Content-Type"] = MEDIA_TYPE .. parameters })
      local _, err = x.api:get("things", 1)
      assert.equal("gone", err.errors[1].detail)
    end
  end)

  it("[5] is accepted with the required extensions and with profiles", function()
    local api = x:client { ext = "https://a.example/", profile = "https://p.example/" }
    x:answer(200, ONE)
    assert(api:get("things", 1))
    for range in (x:sent().headers.accept .. ","):gmatch "(.-),%s*" do
      assert.truthy(range:find('ext="https://a.example/"', 1, true), range)
    end
    assert.truthy(x:sent().headers.accept:find('profile="https://p.example/"', 1, true))
    local sb = sandbox.get()
    local real = harnest.new { url = sb.url, token = sb.token, profile = "https://unheard-of.example/" }
    assert(real:get("contracts", 1))
    real:close()
  end)

  it("[6] is also accepted in plain form, after one with profiles", function()
    x:answer(200, ONE)
    assert(x.api:get("things", 1))
    assert.equal(MEDIA_TYPE, x:sent().headers.accept)
    x:answer(200, ONE)
    assert(x:client { profile = "https://p.example/" }:get("things", 1))
    assert.equal(MEDIA_TYPE .. ';profile="https://p.example/", ' .. MEDIA_TYPE, x:sent().headers.accept)
  end)

  it("[7] is negotiated by headers alone: no member jsonapi is sent, and a received one changes no "
    .. "request", function()
    x:answer(200, '{"jsonapi":{"version":"1.0","ext":["https://e.example/"],"profile":["https://p.example/"]},'
      .. '"data":{"type":"things","id":"1"}}')
    assert(x.api:get("things", 1))
    x:answer(200, ONE)
    assert(with_body[1](x.api))
    assert.equal(MEDIA_TYPE, x:sent().headers.accept)
    assert.equal(MEDIA_TYPE, x:sent().headers["content-type"])
    assert.equal('{"data":{"attributes":{"a":1},"type":"things"}}', x:sent().body)
  end)

  it("[8] that is refused has an error distinct from others", function()
    local hints = { [406] = "does not offer this media type", [415] = "does not accept this media type" }
    for status, hint in pairs(hints) do
      x:reset()
      x:answer(status, '{"errors":[{"status":"' .. status .. '","title":"No"}]}')
      local resource, err = x:client { ext = "https://a.example/" }:create("things", {})
      assert.is_nil(resource)
      assert.equal("client_error", err.kind)
      assert.equal(status, err.status)
      assert.truthy(err.message:find(hint, 1, true), err.message)
    end
    x:answer(418)
    local _, err = x.api:get("things", 1)
    assert.is_nil(err.message:find("media type", 1, true))
  end)

  it("[9] of one client never gets a cached response to another client's media type", function()
    for _, profile in ipairs { "https://p.example/", "https://q.example/" } do
      x:answer(200, '{"data":{"type":"things","id":"1","attributes":{"for":"' .. profile .. '"}}}',
        { Vary = "Accept", ["Cache-Control"] = "max-age=600", ETag = '"1"' })
      local thing = assert(x:client { profile = profile }:get("things", 1))
      assert.equal(profile, thing.attributes["for"])
    end
    assert.equal(2, x:count())
  end)

  describe("of a response that differs", function()
    it("[10] is ignored if the status is an error", function()
      local cases = {
        { 502, "text/html", "<h1>Bad gateway</h1>", "server_error" },
        { 503, "text/plain", "come back later", "unavailable", "come back later" },
        { 403, "application/json", '{"message":"not for you"}', "forbidden", "not for you" },
        { 422, "application/json", '{"errors":[{"detail":"too long"}]}', "invalid", "too long" },
        { 401, "application/problem+json", '{"title":"No","detail":"log in"}', "unauthorized", "No: log in" },
      }
      for _, case in ipairs(cases) do
        x:reset()
        x:answer(case[1], case[3], { ["Content-Type"] = case[2] })
        local resource, err = x.api:get("things", 1)
        assert.is_nil(resource)
        assert.equal(case[4], err.kind)
        assert.equal(case[1], err.status)
        if case[5] then assert.truthy(err.message:find(case[5], 1, true), err.message) end
        assert.equal(not err.errors and case[3] or nil, err.body)
      end
    end)

    it("[10] is ignored for a document in plain JSON", function()
      x:answer(200, ONE, { ["Content-Type"] = "application/json" })
      assert.equal("1", assert(x.api:get("things", 1)).id)
    end)

    it("[10] is reported, with the text, if the text is not a document", function()
      x:answer(200, "<html>Please log in", { ["Content-Type"] = "text/html" })
      local resource, err = x.api:get("things", 1)
      assert.is_nil(resource)
      assert.equal("protocol", err.kind)
      assert.truthy(err.message:find("text/html", 1, true))
      assert.equal("<html>Please log in", err.body)
    end)
  end)
end)

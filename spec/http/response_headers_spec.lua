-- The headers that scripts get: folded fields, repeated fields, trailers.

local harnest = require "harnest"
local rawserver = require "spec.support.rawserver"

local ONE = '{"data":{"type":"things","id":"1"}}'

describe("response headers", function()
  local raw, api

  setup(function()
    raw = rawserver.start()
    api = harnest.new { url = raw.url, token = false, retries = 1 }
  end)
  before_each(function() raw:reset() end)
  teardown(function()
    api:close()
    raw:stop()
  end)

  -- A response with these lines between its status line and its body
  local function answer(lines, body, status)
    return { ("HTTP/1.1 %s\r\nContent-Type: application/vnd.api+json\r\nContent-Length: %d\r\n%s\r\n%s"):format(
      status or "200 OK", #body, lines, body) }
  end

  local function headers_of(script)
    raw:play { script }
    local _, info = assert(api:request { method = "GET", path = "/things/1" })
    return info.headers
  end

  it("that are folded are read as one line", function()
    assert.equal("one two three", headers_of(answer("X-Long: one\r\n two\r\n\tthree\r\n", ONE))["x-long"])
  end)

  it("that are folded link to the next page", function()
    local page = '{"data":[{"type":"things","id":"%d"}]}'
    raw:play {
      answer(("Link: <%s/things?cursor=b>;\r\n rel=\"next\"\r\n"):format(raw.url), page:format(1)),
      answer("", page:format(2)),
    }
    assert.equal(2, #assert(api:all "things"))
    assert.equal("/things?cursor=b", raw:requests(2)[2].path)
  end)

  it("that are folded set the wait before a retry", function()
    raw:play { answer("Retry-After:\r\n 1\r\n", "{}", "503 Service Unavailable"), answer("", ONE) }
    assert(api:get("things", 1))
    local requests = raw:requests(2)
    assert.is_true(requests[2].time - requests[1].time > 0.9)
  end)

  it("have an array for several Set-Cookie, and one text for other fields", function()
    local cookies = { "a=1; Path=/", "b=2; Expires=Wed, 01 Jan 2031 00:00:00 GMT", "c=3" }
    raw:play {
      { raw.response(200, { ["Set-Cookie"] = cookies, ["X-Many"] = { "1", "2" } }, ONE) },
      { raw.response(200, { ["Set-Cookie"] = cookies[1] }, ONE) },
      { raw.response(404, { ["Set-Cookie"] = cookies }, "") },
    }
    local order = { method = "GET", path = "/things/1" }
    local _, several = assert(api:request(order))
    assert.same(cookies, several.headers["set-cookie"])
    assert.equal("1, 2", several.headers["x-many"])
    local _, one = assert(api:request(order))
    assert.equal(cookies[1], one.headers["set-cookie"])
    local _, err = api:request(order)
    assert.same(cookies, err.headers["set-cookie"])
  end)

  it("do not contain trailers", function()
    local chunks = ("%x\r\n%s\r\n0\r\n"):format(#ONE, ONE)
    local headers = headers_of { "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.api+json\r\n"
      .. "Transfer-Encoding: chunked\r\nX-A: 1\r\n\r\n" .. chunks .. "X-A: 2\r\nX-B: 3\r\nETag: \"x\"\r\n\r\n" }
    assert.equal("1", headers["x-a"])
    assert.is_nil(headers["x-b"])
    assert.is_nil(headers.etag)
  end)
end)

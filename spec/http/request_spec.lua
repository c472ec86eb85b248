-- One call: accepted responses, errors and redirects.

local gzip = require "spec.support.gzip"
local rawserver = require "spec.support.rawserver"
local request_fixture = require "spec.support.request_fixture"
local sandbox = require "spec.support.sandbox"

local ONE = '{"data":{"type":"contracts","id":"1"}}'

describe("request", function()
  local fixture = request_fixture(setup, before_each, after_each, teardown)
  local raw = fixture.raw
  local sb = sandbox.get()

  local function packed(text)
    return raw.response(200, { ["Content-Encoding"] = "gzip" }, gzip(text))
  end

  describe("fails as network", function()
    it("if no server listens", function()
      local err = fixture:fails("network", { url = rawserver.closed_url() })
      assert.is_nil(err.status)
      assert.is_nil(err.headers)
      assert.equal(1, err.attempts)
      assert.truthy(err.message:find("check the address and whether the server is running", 1,
        true))
    end)

    it("if the host does not exist", function()
      local err = fixture:fails("network", { url = "http://no-such-host.invalid", insecure = true })
      assert.truthy(err.message:find("no-such-host.invalid", 1, true))
    end)

    it("on a reset before the response", function()
      fixture:fails("network", {}, { { reset = true } })
    end)
    it("on a reset within the response headers", function()
      fixture:fails("network", {}, { "HTTP/1.1 200 OK\r\nCon", { reset = true } })
    end)

    it("on a close before the response", function()
      fixture:fails("network", {}, { { close = true } })
    end)

    it("on an interrupted TLS handshake, which is not a certificate error", function()
      for _, ending in ipairs { "reset", "close" } do
        raw:reset()
        local err = fixture:fails("network",
          { url = raw.url:gsub("http", "https"), retries = 1, max_retry_wait = 0.05 },
          { match = "connect", times = 2, { listen = true }, { [ending] = true } })
        assert.equal(2, err.attempts)
      end
    end)

    it("on a reset within the body", function()
      local err = fixture:fails("network", {},
        { "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", { reset = true } })
      assert.equal(200, err.status)
    end)
  end)

  describe("fails as protocol", function()
    it("on a body shorter than its Content-Length", function()
      fixture:fails("protocol", {},
        { raw.response(200, { ["Content-Length"] = #ONE + 1 }, ONE), { close = true } })
    end)

    it("on chunks without an end", function()
      fixture:fails("protocol", {},
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{\"da\r\n", { close = true } })
    end)

    it("on invalid chunks", function()
      fixture:fails("protocol", {},
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n" })
    end)

    local garbage = {
      "garbage\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "\0\1\2\3\255\r\n", "HTTP/9.9 200 OK\r\n\r\n",
      "HTTP/1.1 abc OK\r\n\r\n", "220 mail.example.com ESMTP\r\n", "<html></html>",
    }
    for i, bytes in ipairs(garbage) do
      it("on bytes that are not HTTP, " .. i, function()
        local err = fixture:fails("protocol", {}, { bytes, { close = true } })
        assert.equal(1, err.attempts)
      end)
    end

    it("on a body that does not match its Content-Encoding", function()
      fixture:fails("protocol", {}, { raw.response(200, { ["Content-Encoding"] = "gzip" }, ONE) })
      fixture:fails("protocol", {},
        { raw.response(200, { ["Content-Encoding"] = "gzip" }, gzip(ONE):sub(1, 20)) })
      fixture:fails("protocol", {},
        { raw.response(200, { ["Content-Encoding"] = "unheard-of" }, ONE) })
    end)

    it("on endless headers", function()
      fixture:fails("protocol", {},
        { "HTTP/1.1 200 OK\r\n" .. ("X-Filler: %s\r\n"):format(("x"):rep(1000)):rep(1000), ONE })
      fixture:fails("protocol", {}, { "HTTP/1.1 200 OK\r\nX-Filler: " .. ("x"):rep(2 ^ 20), ONE })
      local err = fixture:fails("protocol", { retries = 3 },
        { ("HTTP/1.1 102 Processing\r\n\r\n"):rep(20000), ONE })
      assert.equal(1, err.attempts)
    end)
  end)

  describe("accepts", function()
    it("interim responses", function()
      fixture:succeeds({}, { "HTTP/1.1 100 Continue\r\n\r\n", raw.response(200, {}, ONE) })
      fixture:succeeds({},
        { "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nX-Early: 1\r\n\r\n",
          raw.response(200, {}, ONE) })
      local err = fixture:fails("not_found", {},
        { "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n", { sleep = 0.01 },
          raw.response(404, { ["X-Late"] = "1" }) })
      assert.is_nil(err.headers["x-early"])
      assert.equal("1", err.headers["x-late"])
    end)

    it("or rejects NUL in a header", function()
      for _, head in ipairs { "X-A: b\0c", "X-\0A: b", "\0: b", "X-A: \0" } do
        local resource, err = fixture:get({},
          { "HTTP/1.1 404 No\r\n" .. head .. "\r\nX-B: c\r\n\r\n", { close = true } })
        assert.is_nil(resource)
        assert.truthy(err.kind == "protocol" or err.kind == "not_found" and err.headers["x-b"]
          == "c", err.message)
        raw:reset()
      end
    end)

    it("unusual headers", function()
      local err = fixture:fails("not_found", {}, {
        "HTTP/1.1 404 No\r\n: no name\r\nX-Empty:\r\nX-Two: a\r\n b\r\nX-Colon: a:b: c\r\nContent-Length: 0\r\n\r\n",
      })
      assert.equal("", err.headers["x-empty"])
      assert.equal("a:b: c", err.headers["x-colon"])
    end)

    it("large headers", function()
      fixture:succeeds({}, { raw.response(200, { ["X-Large"] = ("x"):rep(60000) }, ONE) })
      local err = fixture:fails("not_found", {},
        { raw.response(404, { ["X-Large"] = ("x"):rep(60000) }) })
      assert.equal(60000, #err.headers["x-large"])
    end)

    it("chunks, with trailers", function()
      fixture:succeeds({}, { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        ("%x\r\n%s\r\n"):format(10, ONE:sub(1, 10)), { sleep = 0.01 },
        ("%x;ext=1\r\n%s\r\n"):format(#ONE - 10, ONE:sub(11)), "0\r\nX-Trailer: 1\r\n\r\n" })
    end)

    it("a body that ends with the connection", function()
      fixture:succeeds({},
        { raw.response(200, { ["Content-Length"] = false }, ONE), { close = true } })
      fixture:succeeds({}, { "HTTP/1.0 200 OK\r\n\r\n" .. ONE, { close = true } })
    end)

    it("a response byte by byte", function()
      fixture:succeeds({}, { { drip = { raw.response(200, {}, ONE), 0.001 } } })
    end)

    it("lines that end in LF alone, and no reason phrase", function()
      fixture:succeeds({}, { "HTTP/1.1 200\nContent-Length: " .. #ONE .. "\n\n" .. ONE })
    end)

    it("gzip", function()
      fixture:succeeds({}, { packed(ONE) })
      assert.truthy(raw:requests(1)[1].headers["accept-encoding"]:find "gzip")
      local long =
        ('{"data":{"type":"contracts","id":"1","attributes":{"text":"%s"}}}'):format(("long "):rep(100000))
      raw:play { { packed(long) } }
      assert.equal(500000, #assert(fixture:client():get("contracts", 1)).attributes.text)
      assert.truthy(fixture.api:stats().bytes_in < 50000)
    end)
  end)

  it("whose token is missing names the option, after a 401", function()
    local refused = raw.response(401, {}, '{"errors":[{"title":"Unauthorized"}]}')
    local err = fixture:fails("unauthorized", { token = false, dialect = "jsonapi" }, { refused })
    assert.equal("401 unauthorized: GET contracts/1: Unauthorized; no token: "
      .. "set the option token or authorization, or HARNEST_TOKEN in the environment",
      err.message)
    err = fixture:fails("unauthorized", {}, { refused })
    assert.equal("401 unauthorized: GET contracts/1: Unauthorized; check that the token is right, has not expired, and "
      .. "was made for this environment", err.message)
  end)

  it("that gets a status without meaning for it fails with the status", function()
    for _, status in ipairs { 300, 304, 305, 306 } do
      raw:reset()
      local err = fixture:fails("protocol", {}, { raw.response(status, {}, "") })
      assert.equal(("%d protocol: GET contracts/1: unexpected status %d"):format(status, status), err.message)
    end
  end)

  describe("follows a redirect", function()
    for _, status in ipairs { 301, 302, 303, 307, 308 } do
      it("of " .. status .. " on the same origin", function()
        fixture:succeeds({}, { raw.response(status, { Location = "/api/other/1?x=y" }) },
          { match = "GET /api/other/1?x=y", raw.response(200, {}, ONE) })
        local requests = raw:requests(2)
        assert.equal("Bearer a-token-to-send", requests[2].headers.authorization)
        assert.equal(1, #raw:connections())
      end)
    end

    it("that is relative or absolute", function()
      fixture:succeeds({}, { raw.response(302, { Location = "2" }) },
        { match = "GET /api/contracts/2", raw.response(200, {}, ONE) })
      fixture:succeeds({}, { raw.response(302, { Location = raw.url .. "/x#y" }) },
        { match = "GET /x", raw.response(200, {}, ONE) })
    end)

    it("of the sandbox", function()
      fixture:client { url = sb:at "redirect/307", token = sb.token }
      assert.equal(40, #assert(fixture.api:all("companies", { page = { size = 100 } })))
    end)

    it("five times, not endlessly", function()
      for i = 1, 5 do
        raw:play { { match = "GET /api/contracts/" .. i,
          raw.response(302, { Location = "/api/contracts/" .. i + 1 }) } }
      end
      assert(fixture:client():get("contracts", 1) == nil)
      raw:reset()
      for i = 1, 5 do
        raw:play { { match = "GET /api/contracts/" .. i,
          raw.response(302, { Location = "/api/contracts/" .. i + 1 }) } }
      end
      fixture:succeeds({}, { match = "GET /api/contracts/6", raw.response(200, {}, ONE) })
      raw:reset()
      local err = fixture:fails("protocol", { retries = 3 },
        { times = 99, raw.response(302, { Location = "/api/contracts/1" }) })
      assert.truthy(err.message:find("too many redirects", 1, true), err.message)
      assert.equal(6, #raw:requests())
      assert.equal(1, err.attempts)
      assert.equal(302, err.status)
    end)

    it("and counts the attempt if its deadline comes first", function()
      local err = fixture:fails("timeout", { deadline = 2 }, { raw.response(302, {
        Location = "2", ["RateLimit-Remaining"] = "0", ["RateLimit-Reset"] = "20",
      }) })
      assert.equal(1, err.attempts)
      assert.is_nil(err.status)
      assert.is_nil(err.retry_after)
      assert.equal(1, #raw:requests())
    end)

    it("of OPTIONS, which is safe", function()
      raw:play { { raw.response(307, { Location = "2" }) },
        { match = "OPTIONS /api/2", raw.response(200, {}, ONE) } }
      local document = assert(fixture:client():request { method = "OPTIONS", path = "1" })
      assert.equal("1", document.data.id)
      raw:reset():play { { raw.response(302, { Location = "http://127.0.0.1:1/" }) } }
      local err = select(2, fixture:client():request { method = "OPTIONS", path = "1" })
      assert.equal("refused", err.kind)
      assert.is_nil(err.message:find("done it", 1, true), err.message)
    end)

    it("by GET without the body after a 303, unless the method is HEAD", function()
      raw:play { { match = "OPTIONS /api/1", raw.response(303, { Location = "2" }) },
        { match = "GET /api/2", raw.response(200, {}, ONE) } }
      local document = assert(fixture:client():request { method = "OPTIONS", path = "1", body = { a = 1 } })
      assert.equal("1", document.data.id)
      local requests = raw:requests(2)
      assert.equal("application/vnd.api+json", requests[1].headers["content-type"])
      assert.is_nil(requests[2].headers["content-type"])
      assert.is_nil(requests[2].headers["content-length"])
      assert.equal("", requests[2].body)
      assert.equal(requests[1].headers.accept, requests[2].headers.accept)
      assert.equal(requests[1].headers["x-request-id"], requests[2].headers["x-request-id"])
      raw:reset():play { { match = "HEAD /api/1", raw.response(303, { Location = "2" }) },
        { match = "HEAD /api/2", raw.response(200, {}, "") } }
      assert(fixture:client():request { method = "HEAD", path = "1" })
      raw:reset():play { { match = "OPTIONS /api/1", raw.response(307, { Location = "2" }) },
        { match = "OPTIONS /api/2", raw.response(200, {}, ONE) } }
      assert(fixture:client():request { method = "OPTIONS", path = "1", body = { a = 1 } })
      assert.equal(raw:requests(2)[1].body, raw:requests(2)[2].body)
    end)

    it("never to another origin", function()
      local other = rawserver.start()
      for _, location in ipairs {
        other.url .. "/api/contracts/1", "//" .. other.url:match "//(.*)" .. "/x",
        "https://127.0.0.1:" .. raw.port .. "/api", "http://localhost:" .. raw.port .. "/api",
        "http://user:pass@127.0.0.1:" .. raw.port .. "/api",
      } do
        raw:reset()
        local resource, err = fixture:get({}, { raw.response(302, { Location = location }) })
        assert.is_nil(resource)
        assert.truthy(err.kind == "refused" or err.kind == "protocol", err.message)
        assert.truthy(err.message:find(location, 1, true), err.message)
        assert.equal(1, #raw:requests())
      end
      assert.equal(0, #other:connections())
      other:stop()
    end)

    it("only if its Location is valid", function()
      for _, location in ipairs { false, "", "http://", "\1" } do
        raw:reset()
        local resource, err = fixture:get({}, { raw.response(302, { Location = location }) })
        if location ~= "" then
          assert.is_nil(resource)
          assert.equal("protocol", err.kind)
          assert.truthy(err.message:find("redirect without a valid Location", 1, true), err.message)
        else
          assert.equal("server_error", err.kind) -- to itself, where no script is left
        end
      end
    end)
  end)
end)

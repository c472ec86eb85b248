-- One call: its attempts, waits, limits and redirects, over connections that break in every way.

local core = require "harnest.core"
local harnest = require "harnest"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"
local socket = require "socket"

-- Keys of the sandbox's knob /fail are counted as long as it runs, which may be for more than this process
local RUN = ("%.0f"):format(socket.gettime() * 1e6)

local ONE = '{"data":{"type":"contracts","id":"1"}}'

describe("request", function()
  local sb = sandbox.get()
  local raw, api

  setup(function() raw = rawserver.start() end)
  before_each(function() raw:reset() end)
  after_each(function()
    if api then api:close() end
    api = nil
  end)
  teardown(function()
    collectgarbage()
    raw:stop()
  end)

  local function client(options)
    if api then api:close() end
    local all = { url = raw.url .. "/api", token = "a-token-to-send", retries = 0, timeout = 5 }
    for name, value in pairs(options or {}) do all[name] = value end
    api = harnest.new(all)
    return api
  end

  local function response(...)
    return rawserver.response(...)
  end

  -- Plays scripts and gets the one thing there: resource, err and the seconds it took
  local function get(options, ...)
    raw:play { ... }
    local started = socket.gettime()
    local resource, err = client(options):get("contracts", 1)
    return resource, err, socket.gettime() - started
  end

  -- The same for what must fail, with its kind
  local function fails(kind, options, ...)
    local resource, err, seconds = get(options, ...)
    assert.is_nil(resource)
    assert.equal(kind, err.kind, err.message)
    assert.truthy(err.message:find(kind .. ": GET ", 1, true), err.message)
    return err, seconds
  end

  -- The same for what must succeed
  local function succeeds(options, ...)
    local resource, err, seconds = get(options, ...)
    assert.equal("1", resource and resource.id, tostring(err))
    return api:stats(), seconds
  end

  local function gzip(text)
    local name = os.tmpname()
    local file = assert(io.open(name, "wb"))
    file:write(text)
    file:close()
    local process = assert(io.popen("gzip -9 -c '" .. name .. "'", "r"))
    local packed = process:read "*a"
    process:close()
    os.remove(name)
    return packed
  end

  local function packed(text)
    return response(200, { ["Content-Encoding"] = "gzip" }, gzip(text))
  end

  describe("is sent again", function()
    it("after as many seconds as Retry-After asks for", function()
      local stats, seconds = succeeds({ retries = 1 }, { response(503, { ["Retry-After"] = "1" }) },
        { response(200, {}, ONE) })
      assert.truthy(seconds > 0.95 and seconds < 4, seconds)
      assert.equal(1, stats.retries)
      local requests = raw:requests(2)
      assert.truthy(requests[2].time - requests[1].time > 0.95)
      assert.equal(1, #raw:connections())
    end)

    it("at the date that Retry-After names", function()
      local _, seconds = succeeds({ url = sb:at("fail/date-" .. RUN .. "/503/1", "retry-after/date+1"),
        token = sb.token, retries = 1 })
      assert.truthy(seconds < 4, seconds)
    end)

    it("at once after a date that has passed", function()
      succeeds({ retries = 1, max_retry_wait = 0.05 },
        { response(503, { ["Retry-After"] = "Fri, 31 Dec 1999 23:59:59 GMT" }) },
        { response(200, {}, ONE) })
    end)

    for _, status in ipairs { 429, 502, 503, 504 } do
      it("after " .. status, function()
        local stats = succeeds({ retries = 2, max_retry_wait = 0.05 }, { times = 2, response(status, {}, "") },
          { response(200, {}, ONE) })
        assert.equal(2, stats.retries)
        assert.equal(3, #raw:requests())
      end)
    end

    local breaks = {
      ["a reset"] = { { reset = true } }, ["a close"] = { { close = true } },
      ["a reset within the head"] = { "HTTP/1.1 200 OK\r\nConte", { reset = true } },
      ["a close within the head"] = { "HTTP/1.1 200 OK\r\nConte", { close = true } },
      ["a reset within the body"] = { "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", { reset = true } },
      ["a body cut short"] = { "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", { close = true } },
      ["chunks cut short"] = { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"dat", { close = true } },
      ["a timeout"] = { { stall = true } },
    }
    for name, script in pairs(breaks) do
      it("after " .. name, function()
        local stats = succeeds({ retries = 1, max_retry_wait = 0.05, timeout = 0.5 }, script,
          { response(200, {}, ONE) })
        assert.equal(1, stats.retries)
        assert.equal(2, stats.requests)
      end)
    end

    it("after a connection that is refused", function()
      local err = fails("network", { url = rawserver.closed_url(), retries = 2, max_retry_wait = 0.05 })
      assert.equal(3, err.attempts)
      assert.equal(2, api:stats().retries)
    end)

    it("with reasons of earlier attempts forgotten", function()
      local err = fails("invalid", { retries = 1, max_retry_wait = 0.05 }, { { reset = true } },
        { response(422, {}, '{"errors":[{"title":"Bad"}]}') })
      assert.equal("422 invalid: GET contracts/1: Bad", err.message)
      assert.equal(2, err.attempts)
    end)

    it("not more often than retries says", function()
      local err = fails("unavailable", { retries = 2, max_retry_wait = 0.05 }, { times = 9, response(503) })
      assert.equal(3, err.attempts)
      assert.equal(3, #raw:requests())
      raw:reset()
      err = fails("unavailable", { retries = 0 }, { times = 9, response(503, { ["Retry-After"] = "0" }) })
      assert.equal(1, err.attempts)
      assert.equal(0, err.retry_after)
      assert.equal(1, #raw:requests())
    end)

    it("not when Retry-After asks for more than max_retry_wait", function()
      for status, kind in pairs { [503] = "unavailable", [429] = "rate_limited" } do
        raw:reset()
        local err, seconds = fails(kind, { retries = 3, max_retry_wait = 60 },
          { times = 9, response(status, { ["Retry-After"] = "61" }) })
        assert.equal(61, err.retry_after)
        assert.equal(1, err.attempts)
        assert.truthy(seconds < 2)
        assert.equal(1, #raw:requests())
      end
    end)

    it("not when the deadline would pass in the wait", function()
      local err, seconds = fails("unavailable", { retries = 3, deadline = 2 },
        { times = 9, response(503, { ["Retry-After"] = "5" }) })
      assert.equal(5, err.retry_after)
      assert.truthy(seconds < 1.5)
    end)

    for _, status in ipairs { 400, 401, 403, 404, 408, 409, 422, 500, 501 } do
      it("not after " .. status, function()
        local _, err = get({ retries = 3 }, { times = 9, response(status) })
        assert.equal(1, err.attempts)
        assert.equal(1, #raw:requests())
      end)
    end

    it("in lists, page by page", function()
      local count = 0
      local url = sb:at("shape/links", "fail/list-" .. RUN .. "/503/1", "retry-after/0")
      client { url = url, token = sb.token, retries = 1 }
      for _ in api:list "companies" do count = count + 1 end
      assert.equal(40, count)
      assert.equal(1, api:stats().retries)
    end)
  end)

  describe("fails as network", function()
    it("where nothing listens", function()
      local err = fails("network", { url = rawserver.closed_url() })
      assert.is_nil(err.status)
      assert.is_nil(err.headers)
      assert.equal(1, err.attempts)
      assert.truthy(err.message:find("check the address and whether the server is running", 1, true))
    end)

    it("where there is no such host", function()
      local err = fails("network", { url = "http://no-such-host.invalid", insecure = true })
      assert.truthy(err.message:find("no-such-host.invalid", 1, true))
    end)

    it("on a reset before the answer", function() fails("network", {}, { { reset = true } }) end)
    it("on a reset within the head", function()
      fails("network", {}, { "HTTP/1.1 200 OK\r\nCon", { reset = true } })
    end)

    it("on a close before the answer", function() fails("network", {}, { { close = true } }) end)

    it("on a handshake of TLS that is cut, which is no fault of certificates", function()
      for _, ending in ipairs { "reset", "close" } do
        raw:reset()
        local err = fails("network", { url = raw.url:gsub("http", "https"), retries = 1, max_retry_wait = 0.05 },
          { match = "connect", times = 2, { listen = true }, { [ending] = true } })
        assert.equal(2, err.attempts)
      end
    end)

    it("on a reset within the body", function()
      local err = fails("network", {}, { "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", { reset = true } })
      assert.equal(200, err.status)
    end)
  end)

  describe("fails as protocol", function()
    it("on a body shorter than its length", function()
      fails("protocol", {}, { response(200, { ["Content-Length"] = #ONE + 1 }, ONE), { close = true } })
    end)

    it("on chunks without an end", function()
      fails("protocol", {}, { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{\"da\r\n", { close = true } })
    end)

    it("on chunks that are none", function()
      fails("protocol", {}, { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n" })
    end)

    local garbage = {
      "garbage\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "\0\1\2\3\255\r\n", "HTTP/9.9 200 OK\r\n\r\n",
      "HTTP/1.1 abc OK\r\n\r\n", "220 mail.example.com ESMTP\r\n", "<html></html>",
    }
    for i, bytes in ipairs(garbage) do
      it("on what is not HTTP, " .. i, function()
        local err = fails("protocol", {}, { bytes, { close = true } })
        assert.equal(1, err.attempts)
      end)
    end

    it("on a body that is not what its encoding says", function()
      fails("protocol", {}, { response(200, { ["Content-Encoding"] = "gzip" }, ONE) })
      fails("protocol", {}, { response(200, { ["Content-Encoding"] = "gzip" }, gzip(ONE):sub(1, 20)) })
      fails("protocol", {}, { response(200, { ["Content-Encoding"] = "unheard-of" }, ONE) })
    end)

    it("on headers without end", function()
      fails("protocol", {}, { "HTTP/1.1 200 OK\r\n" .. ("X-Filler: %s\r\n"):format(("x"):rep(1000)):rep(1000), ONE })
      fails("protocol", {}, { "HTTP/1.1 200 OK\r\nX-Filler: " .. ("x"):rep(2 ^ 20), ONE })
      local err = fails("protocol", { retries = 3 }, { ("HTTP/1.1 102 Processing\r\n\r\n"):rep(20000), ONE })
      assert.equal(1, err.attempts)
    end)
  end)

  describe("takes", function()
    it("what comes before the answer", function()
      succeeds({}, { "HTTP/1.1 100 Continue\r\n\r\n", response(200, {}, ONE) })
      succeeds({},
        { "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nX-Early: 1\r\n\r\n", response(200, {}, ONE) })
      local err = fails("not_found", {},
        { "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n", { sleep = 0.01 }, response(404, { ["X-Late"] = "1" }) })
      assert.is_nil(err.headers["x-early"])
      assert.equal("1", err.headers["x-late"])
    end)

    it("or refuses NUL in a header", function()
      for _, head in ipairs { "X-A: b\0c", "X-\0A: b", "\0: b", "X-A: \0" } do
        local resource, err = get({}, { "HTTP/1.1 404 No\r\n" .. head .. "\r\nX-B: c\r\n\r\n", { close = true } })
        assert.is_nil(resource)
        assert.truthy(err.kind == "protocol" or err.kind == "not_found" and err.headers["x-b"] == "c", err.message)
        raw:reset()
      end
    end)

    it("headers that are odd", function()
      local err = fails("not_found", {}, {
        "HTTP/1.1 404 No\r\n: no name\r\nX-Empty:\r\nX-Two: a\r\n b\r\nX-Colon: a:b: c\r\nContent-Length: 0\r\n\r\n",
      })
      assert.equal("", err.headers["x-empty"])
      assert.equal("a:b: c", err.headers["x-colon"])
    end)

    it("large headers", function()
      succeeds({}, { response(200, { ["X-Large"] = ("x"):rep(60000) }, ONE) })
      local err = fails("not_found", {}, { response(404, { ["X-Large"] = ("x"):rep(60000) }) })
      assert.equal(60000, #err.headers["x-large"])
    end)

    it("chunks, with trailers", function()
      succeeds({}, { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        ("%x\r\n%s\r\n"):format(10, ONE:sub(1, 10)), { sleep = 0.01 },
        ("%x;ext=1\r\n%s\r\n"):format(#ONE - 10, ONE:sub(11)), "0\r\nX-Trailer: 1\r\n\r\n" })
    end)

    it("a body that ends with the connection", function()
      succeeds({}, { response(200, { ["Content-Length"] = false }, ONE), { close = true } })
      succeeds({}, { "HTTP/1.0 200 OK\r\n\r\n" .. ONE, { close = true } })
    end)

    it("an answer byte by byte", function()
      succeeds({}, { { drip = { response(200, {}, ONE), 0.001 } } })
    end)

    it("lines that end in LF alone, and no reason", function()
      succeeds({}, { "HTTP/1.1 200\nContent-Length: " .. #ONE .. "\n\n" .. ONE })
    end)

    it("gzip", function()
      succeeds({}, { packed(ONE) })
      assert.truthy(raw:requests(1)[1].headers["accept-encoding"]:find "gzip")
      local long = ('{"data":{"type":"contracts","id":"1","attributes":{"text":"%s"}}}'):format(("long "):rep(100000))
      raw:play { { packed(long) } }
      assert.equal(500000, #assert(client():get("contracts", 1)).attributes.text)
      assert.truthy(api:stats().bytes_in < 50000)
    end)
  end)

  describe("is limited", function()
    it("by timeout, when nothing comes", function()
      local err, seconds = fails("timeout", { timeout = 0.2 }, { { stall = true } })
      assert.is_nil(err.status)
      assert.truthy(seconds > 0.15 and seconds < 3, seconds)
      assert.truthy(err.message:find("see the options timeout and deadline", 1, true))
    end)

    it("by timeout, when the answer never ends", function()
      local _, seconds = fails("timeout", { timeout = 0.2 }, { response(200, { ["Content-Length"] = 99 }, "{"),
        { stall = true } })
      assert.truthy(seconds < 3, seconds)
      _, seconds = fails("timeout", { timeout = 0.2 },
        { response(200, { ["Content-Length"] = 9999 }, ""), { drip = { (" "):rep(9999), 0.02 } } })
      assert.truthy(seconds < 3, seconds)
    end)

    it("by timeout, for each attempt", function()
      local err, seconds = fails("timeout", { timeout = 0.2, retries = 2, max_retry_wait = 0.05 },
        { times = 9, { stall = true } })
      assert.equal(3, err.attempts)
      assert.truthy(seconds > 0.55 and seconds < 5, seconds)
    end)

    it("by deadline, for all attempts", function()
      local err, seconds = fails("timeout", { timeout = 0.2, retries = 100, deadline = 0.5, max_retry_wait = 0.01 },
        { times = 99, { stall = true } })
      assert.truthy(err.attempts >= 2 and err.attempts <= 3, err.attempts)
      assert.truthy(seconds > 0.4 and seconds < 3, seconds)
    end)

    it("by deadline, within an attempt", function()
      local _, seconds = fails("timeout", { deadline = 0.2 }, { { stall = true } })
      assert.truthy(seconds > 0.15 and seconds < 3, seconds)
    end)

    it("by deadline, while it waits for one of max_connections", function()
      raw:play { { times = 2, { stall = true } } }
      api = harnest.new { url = raw.url, token = false, dialect = "jsonapi", max_connections = 1, retries = 0 }
      local first = core.call(api, { url = raw.url .. "/a" })
      local second = core.call(api, { url = raw.url .. "/b", deadline = 0.2 })
      local started = socket.gettime()
      while not core.call_done(second) and socket.gettime() - started < 10 do core.step(api, 5) end
      local seconds = socket.gettime() - started
      local _, err = core.call_result(second)
      assert.is_false(core.call_done(first))
      assert.equal("timeout: GET b: the deadline has passed; the server or the network is slow; see the options "
        .. "timeout and deadline", err.message)
      assert.truthy(seconds > 0.15 and seconds < 3, seconds)
      assert.equal(1, #raw:requests())
    end)

    it("by deadline, while it waits for a place in the pace", function()
      raw:play { { times = 2, { stall = true } } }
      api = harnest.new { url = raw.url, token = false, dialect = "jsonapi", retries = 0,
        rate = { requests = 1, per = 0.01 } }
      local first = core.call(api, { url = raw.url .. "/a" })
      local second = core.call(api, { url = raw.url .. "/b", deadline = 0.2 })
      local steps = 0
      while not core.call_done(second) and steps < 10 do
        core.step(api, 2)
        steps = steps + 1
      end
      assert.is_true(core.call_done(second))
      assert.is_false(core.call_done(first))
      local _, err = core.call_result(second)
      assert.equal("timeout: GET b: the deadline has passed while it waited for a place in the pace (option rate)",
        err.message)
      assert.equal(0, err.attempts)
      assert.equal(1, #raw:requests(1))
    end)

    it("by deadline, while it waits for a token", function()
      raw:play { { response(401) }, { times = 9, { stall = true } } }
      api = harnest.new { url = raw.url, token = function() return "old" end, dialect = "jsonapi", retries = 0 }
      local calls = { core.call(api, { url = raw.url .. "/a", deadline = 0.2 }) } -- for the first token
      local function wait_for(call)
        local steps = 0
        while not core.call_done(call) and steps < 10 do
          core.step(api, 2)
          steps = steps + 1
        end
        return select(2, core.call_result(call))
      end
      assert.equal("timeout: GET a: the deadline has passed while it waited for the token", wait_for(calls[1]).message)
      assert.equal(0, #raw:requests())
      core.set_token(api, "old")
      calls[2] = core.call(api, { url = raw.url .. "/b", deadline = 2 }) -- and for another one, after a 401
      local err = wait_for(calls[2])
      assert.equal("timeout", err.kind)
      assert.truthy(err.message:find("waited for the token", 1, true), err.message)
      assert.is_nil(err.status)
      assert.equal(1, err.attempts)
      assert.equal(0, core.pending_count(api))
    end)

    it("by deadline, where the pace lets it go later only", function()
      raw:play { { times = 9, response(200, {}, ONE) } }
      client { rate = { requests = 1, per = 30 }, deadline = 5 }
      assert(api:get("contracts", 1))
      assert.equal("timeout: GET contracts/1: the deadline comes before it may be sent",
        select(2, api:get("contracts", 1)).message)
    end)

    it("by deadline, for all pages of api:all", function()
      local page = '{"data":[{"type":"a","id":"%d"}],"links":{"next":"/api/a?page=%d"}}'
      for i = 1, 20 do
        raw:play { { match = "GET /api/a?page=" .. i, { sleep = 0.1 }, response(200, {}, page:format(i, i + 1)) } }
      end
      local started = socket.gettime()
      local all, err = client({ deadline = 0.25 }):all("a", { params = { page = 1 } })
      assert.is_nil(all)
      assert.equal("timeout", err.kind)
      assert.truthy(#err.partial >= 1 and #err.partial < 10)
      assert.truthy(socket.gettime() - started < 3)
    end)

    it("by connect_timeout", function()
      -- a server whose queue of connections is full answers none
      local listener = assert(socket.bind("127.0.0.1", 0, 0))
      local _, port = listener:getsockname()
      local waiting = {}
      for i = 1, 4 do
        waiting[i] = socket.tcp()
        waiting[i]:settimeout(0)
        waiting[i]:connect("127.0.0.1", port)
      end
      local err, seconds = fails("timeout", { url = "http://127.0.0.1:" .. port, connect_timeout = 0.2 })
      assert.is_nil(err.status)
      assert.truthy(seconds > 0.15 and seconds < 3, seconds)
      for i = 1, 4 do waiting[i]:close() end
      listener:close()
    end)

    it("by no timeout that overflows", function()
      for _, timeout in ipairs { 2147484, 4294968, 1e9, 1e300 } do
        succeeds({ timeout = timeout, connect_timeout = timeout, deadline = timeout }, { { sleep = 0.1 },
          response(200, {}, ONE) })
      end
    end)

    it("by max_response", function()
      succeeds({ max_response = #ONE }, { response(200, {}, ONE) })
      local chunked = ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n"):format(#ONE, ONE)
      for _, bytes in ipairs { response(200, {}, ONE), chunked, packed(ONE) } do
        raw:reset()
        local err = fails("protocol", { max_response = #ONE - 1, retries = 3 }, { times = 9, bytes })
        assert.truthy(err.message:find(("larger than max_response (%d bytes)"):format(#ONE - 1), 1, true), err.message)
        assert.equal(1, err.attempts)
      end
    end)

    it("by max_response, when little becomes much", function()
      local bomb = packed(ONE .. (" "):rep(2 ^ 24))
      assert.truthy(#bomb < 100000)
      local err = fails("protocol", { max_response = 2 ^ 20 }, { bomb })
      assert.truthy(err.message:find("max_response (1048576 bytes)", 1, true))
      assert.equal(200, err.status)
      assert.equal(1024, #err.body)
    end)
  end)

  describe("follows a redirect", function()
    for _, status in ipairs { 301, 302, 303, 307, 308 } do
      it("of " .. status .. " on the same origin", function()
        succeeds({}, { response(status, { Location = "/api/other/1?x=y" }) },
          { match = "GET /api/other/1?x=y", response(200, {}, ONE) })
        local requests = raw:requests(2)
        assert.equal("Bearer a-token-to-send", requests[2].headers.authorization)
        assert.equal(1, #raw:connections())
      end)
    end

    it("that is relative, or absolute", function()
      succeeds({}, { response(302, { Location = "2" }) }, { match = "GET /api/contracts/2", response(200, {}, ONE) })
      succeeds({}, { response(302, { Location = raw.url .. "/x#y" }) }, { match = "GET /x", response(200, {}, ONE) })
    end)

    it("of the sandbox", function()
      client { url = sb:at "redirect/307", token = sb.token }
      assert.equal(40, #assert(api:all("companies", { page = { size = 100 } })))
    end)

    it("five times, not for ever", function()
      for i = 1, 5 do
        raw:play { { match = "GET /api/contracts/" .. i, response(302, { Location = "/api/contracts/" .. i + 1 }) } }
      end
      assert(client():get("contracts", 1) == nil)
      raw:reset()
      for i = 1, 5 do
        raw:play { { match = "GET /api/contracts/" .. i, response(302, { Location = "/api/contracts/" .. i + 1 }) } }
      end
      succeeds({}, { match = "GET /api/contracts/6", response(200, {}, ONE) })
      raw:reset()
      local err = fails("protocol", { retries = 3 }, { times = 99, response(302, { Location = "/api/contracts/1" }) })
      assert.truthy(err.message:find("too many redirects", 1, true), err.message)
      assert.equal(6, #raw:requests())
      assert.equal(1, err.attempts)
      assert.equal(302, err.status)
    end)

    it("and counts the attempt when its deadline comes first", function()
      local err = fails("timeout", { deadline = 2 }, { response(302, {
        Location = "2", ["RateLimit-Remaining"] = "0", ["RateLimit-Reset"] = "20",
      }) })
      assert.equal(1, err.attempts)
      assert.is_nil(err.status)
      assert.is_nil(err.retry_after)
      assert.equal(1, #raw:requests())
    end)

    it("of OPTIONS, which is safe", function()
      raw:play { { response(307, { Location = "2" }) }, { match = "OPTIONS /api/2", response(200, {}, ONE) } }
      local document = assert(client():request { method = "OPTIONS", path = "1" })
      assert.equal("1", document.data.id)
      raw:reset():play { { response(302, { Location = "http://127.0.0.1:1/" }) } }
      local err = select(2, client():request { method = "OPTIONS", path = "1" })
      assert.equal("refused", err.kind)
      assert.is_nil(err.message:find("done it", 1, true), err.message)
    end)

    it("never to another origin", function()
      local other = rawserver.start()
      for _, location in ipairs {
        other.url .. "/api/contracts/1", "//" .. other.url:match "//(.*)" .. "/x",
        "https://127.0.0.1:" .. raw.port .. "/api", "http://localhost:" .. raw.port .. "/api",
        "http://user:pass@127.0.0.1:" .. raw.port .. "/api",
      } do
        raw:reset()
        local resource, err = get({}, { response(302, { Location = location }) })
        assert.is_nil(resource)
        assert.truthy(err.kind == "refused" or err.kind == "protocol", err.message)
        assert.truthy(err.message:find(location, 1, true), err.message)
        assert.equal(1, #raw:requests())
      end
      assert.equal(0, #other:connections())
      other:stop()
    end)

    it("only where it leads somewhere", function()
      for _, location in ipairs { false, "", "http://", "\1" } do
        raw:reset()
        local resource, err = get({}, { response(302, { Location = location }) })
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

  describe("keeps its connection", function()
    it("from call to call", function()
      raw:play { { times = 20, response(200, {}, ONE) } }
      client()
      for _ = 1, 20 do assert(api:get("contracts", 1)) end
      assert.equal(1, #raw:connections())
      assert.equal(1, api:stats().connections)
      assert.equal(20, api:stats().requests)
    end)

    it("of its own for each of those that are under way, however long the first takes", function()
      raw:play { { match = "GET /api/slow/1", { sleep = 0.5 }, response(200, {}, ONE) },
        { times = 3, response(200, {}, ONE) } }
      client()
      local seconds = {}
      local started = socket.gettime()
      api:parallel(function() api:get("slow", 1) end, function()
        assert(api:get("quick", 1))
        seconds.quick = socket.gettime() - started
      end)
      assert.is_true(seconds.quick < 0.4, seconds.quick)
    end)

    it("from client to client", function()
      raw:play { { times = 2, response(200, {}, ONE) } }
      local first = harnest.new { url = raw.url, token = "one" }
      assert(first:get("contracts", 1))
      assert(client():get("contracts", 1))
      first:close()
      assert.equal(1, #raw:connections())
    end)

    it("until the last client is closed", function()
      raw:play { { times = 3, response(200, {}, ONE) } }
      local first = harnest.new { url = raw.url, token = "one" }
      assert(first:get("contracts", 1))
      assert(client():get("contracts", 1))
      first:close()
      assert(api:get("contracts", 1))
      api:close()
      api = nil
      assert.equal(1, #raw:connections())
      local deadline = socket.gettime() + 5
      while not raw:connections()[1].closed and socket.gettime() < deadline do socket.sleep(0.01) end
      assert.equal("client", raw:connections()[1].closed_by)
    end)

    it("after failures that were answers", function()
      raw:play { { response(404) }, { response(422, {}, "{}") }, { response(200, {}, ONE) } }
      client()
      for _ = 1, 3 do api:get("contracts", 1) end
      assert.equal(1, #raw:connections())
    end)

    it("until the server closes it, which costs a new one and nothing else", function()
      local events = {}
      raw:play { { response(200, {}, ONE), { close = true } }, { response(200, {}, ONE), { close = true } },
        { response(200, {}, ONE) } }
      client { trace = function(event) events[#events + 1] = event.event end }
      for i = 1, 3 do
        assert(api:get("contracts", 1))
        raw:connections(i)
        while i < 3 and not raw:connections()[i].closed do socket.sleep(0.005) end
      end
      assert.equal(3, #raw:connections())
      assert.equal(0, api:stats().retries)
      assert.equal("request response request response request response", table.concat(events, " "))
    end)

    it("until a kept one breaks as it is used, which is no failure", function()
      raw:play { { response(200, {}, ONE) }, { { close = true } }, { response(200, {}, ONE) } }
      client()
      assert(api:get("contracts", 1))
      assert(api:get("contracts", 1))
      assert.equal(2, #raw:connections())
      assert.equal(3, #raw:requests())
    end)
  end)

  describe("over TLS", function()
    local function tls(options)
      options.url = options.url or sb.tls_url
      options.token = sb.token
      return options
    end

    it("trusts the authority given, and speaks HTTP/2", function()
      sb:mark()
      succeeds(tls { ca_file = sb.ca_file })
      local requests = sb:requests()
      assert.equal(1, #requests)
      assert.equal("HTTP/2.0", requests[1].protocol)
      assert.equal(200, requests[1].status)
    end)

    it("reads all pages over one connection", function()
      sb:mark()
      client(tls { ca_file = sb.ca_file })
      assert.equal(120, #assert(api:all "people"))
      local connections = {}
      for _, request in ipairs(sb:requests()) do connections[request.connection] = true end
      assert.truthy(next(connections))
      assert.is_nil(next(connections, (next(connections))))
    end)

    it("fails as tls for an authority that is not known", function()
      local err = fails("tls", tls { retries = 3 })
      assert.equal(1, err.attempts)
      assert.is_nil(err.status)
      assert.truthy(err.message:find("ca_file", 1, true))
      assert.equal(0, #sb:requests "contracts")
    end)

    it("fails as tls for another host's certificate", function()
      fails("tls", tls { url = sb.bad_tls_url, ca_file = sb.ca_file })
    end)

    it("fails as tls for an authority that cannot be read", function()
      fails("tls", tls { ca_file = "/nonexistent/ca.pem" })
    end)

    it("fails as tls where no TLS is spoken", function()
      fails("tls", { url = raw.url:gsub("http", "https") }, { match = "connect", "HTTP/1.1 400 Bad Request\r\n\r\n",
        { close = true } })
    end)

    it("may be insecure", function()
      succeeds(tls { insecure = true })
      succeeds(tls { insecure = true, url = sb.bad_tls_url })
      fails("tls", tls {})
    end)

    it("follows links that say http", function()
      client(tls { ca_file = sb.ca_file, url = sb:tls_at "shape/http-next" })
      assert.equal(40, #assert(api:all "companies"))
    end)
  end)
end)

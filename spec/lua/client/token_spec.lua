-- The option token: the token function, and that the token is shown nowhere.

local child = require "spec.support.child"
local harnest = require "harnest"
local usage_error = require "spec.support.usage_error"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"

local run = child.run_in
local TOKEN = "a-very/secret+token.0123456789=="
local EMPTY = '{"data":[]}'
local ONE = '{"data":{"type":"things","id":"1"}}'

describe("client", function()
  local sb = sandbox.get()
  local raw

  setup(function() raw = rawserver.start() end)
  before_each(function() raw:reset() end)
  teardown(function() raw:stop() end)

  -- A client of the raw server
  local function client(options)
    local all = { url = raw.url .. "/api", token = TOKEN, retries = 0 }
    for name, value in pairs(options or {}) do all[name] = value end
    return harnest.new(all)
  end

  describe("token function", function()
    it("is called once, when first needed", function()
      raw:play { { times = 3, raw.response(200, {}, ONE) } }
      local asked = 0
      local api = client { token = function()
        asked = asked + 1
        return "token-" .. asked
      end }
      assert.equal(0, asked)
      for _ = 1, 3 do assert(api:get("things", 1)) end
      assert.equal(1, asked)
      for _, request in ipairs(raw:requests(3)) do assert.equal("Bearer token-1", request.headers.authorization) end
      api:close()
    end)

    it("is called once more after a 401", function()
      local tokens, asked = { sb.token_expired, sb.token, "nonsense" }, 0
      local api = client { url = sb.url, token = function()
        asked = asked + 1
        return tokens[asked]
      end }
      sb:mark()
      assert.equal("1", assert(api:get("contracts", 1)).id)
      assert.equal("2", assert(api:get("contracts", 2)).id)
      assert.equal(2, asked)
      assert.equal(3, #sb:requests())
      api:close()
    end)

    it("is not called a third time for one call", function()
      local asked = 0
      local api = client { url = sb.url, token = function()
        asked = asked + 1
        return sb.token_expired
      end }
      for calls = 1, 2 do
        local resource, err = api:get("contracts", 1)
        assert.is_nil(resource)
        assert.equal("unauthorized", err.kind)
        assert.equal(401, err.status)
        assert.equal(calls + 1, asked)
      end
      api:close()
    end)

    it("works for lists", function()
      local tokens, asked = { sb.token_expired, sb.token }, 0
      local api = client { url = sb.url, token = function()
        asked = asked + 1
        return tokens[asked]
      end }
      assert.equal(40, #assert(api:all "companies"))
      assert.equal(2, asked)
      api:close()
    end)

    it("that returns no token fails the call with its reason; the next call calls it "
      .. "again", function()
      raw:play { { raw.response(200, {}, ONE) } }
      local answers, asked = { { nil, "the vault is locked" }, {}, { 42 }, { TOKEN .. "\r\nX-Evil: 1" }, { "" },
        { TOKEN } }, 0
      local api = client { token = function()
        asked = asked + 1
        return answers[asked][1], answers[asked][2]
      end }
      local reasons = {
        "the vault is locked", "the token function returned no token",
        "the token function returned a number, not a string",
        "the token function returned a token with characters that a header must not contain",
        "the token function returned a token with characters that a header must not contain",
      }
      for _, reason in ipairs(reasons) do
        local resource, err = api:get("things", 1)
        assert.is_nil(resource)
        assert.equal("unauthorized", err.kind)
        assert.is_nil(err.status)
        assert.equal("unauthorized: GET things/1: " .. reason, err.message)
        assert.is_nil(err.message:find(TOKEN, 1, true))
        assert.equal(0, err.attempts)
      end
      assert.equal(0, #raw:requests())
      assert(api:get("things", 1))
      api:close()
    end)

    it("may raise, and the caller gets the error", function()
      local api = client { token = function() error("no vault", 0) end }
      assert.equal("no vault", select(2, pcall(api.get, api, "things", 1)))
      assert.equal("no vault", select(2, pcall(api.all, api, "things")))
      api:close()
    end)

    it("that raises leaves nothing to be sent", function()
      raw:play { { times = 9, raw.response(200, {}, ONE) } }
      local tokens = { false, TOKEN }
      local api = client { token = function() return table.remove(tokens, 1) or error("no vault", 0) end }
      assert.equal("no vault", select(2, pcall(api.create, api, "things", {})))
      assert(api:create("things", {}))
      assert.equal(1, #raw:requests())
      api:close()
    end)

    it("may not call its own client", function()
      local complaint = "token: the token function called its own client, which needs the token for this request"
      raw:play { { times = 9, raw.response(200, {}, ONE) } }
      local api, other
      local calls = {
        function() return assert(api:get("things", 1)).id end,
        function() return assert(api:first "things").id end,
        function() return assert(other:get("things", 1)).id end,
        function() return coroutine.wrap(function() return assert(api:get("things", 1)).id end)() end,
      }
      for _, call in ipairs(calls) do
        api = client { token = call }
        other = client { token = calls[1] }
        local function get() return api:get("things", 1) end
        assert.truthy(usage_error(get):find(complaint, 1, true))
        local fine, message = coroutine.resume(coroutine.create(get))
        assert.is_false(fine)
        assert.truthy(message:find(complaint, 1, true), message)
        api:close()
        other:close()
      end
      api = client { token = function() -- if it catches the error, it may continue
        pcall(api.get, api, "things", 1)
        return TOKEN
      end }
      assert(api:get("things", 1))
      assert.equal(1, api:stats().requests)
      assert.equal(1, #raw:requests())
      api:close()
    end)

    it("may raise in a coroutine, which may call the client again", function()
      raw:play { { raw.response(200, {}, ONE) } }
      local tokens = { false, TOKEN }
      local api = client { token = function() return table.remove(tokens, 1) or error("no vault", 0) end }
      local results
      assert(coroutine.resume(coroutine.create(function()
        results = { pcall(api.get, api, "things", 1) }
        results[3] = assert(api:get("things", 1)).id
      end)))
      assert.same({ false, "no vault", "1" }, results)
      api:close()
    end)

    it("may close another client, whose coroutine then calls this one", function()
      raw:play { { match = "GET /api/slow/1", { stall = true } }, { times = 2, raw.response(200, {}, ONE) } }
      local drive
      local loop = {
        watch = function(_, drive_it) drive = drive_it end,
        unwatch = function() drive = nil end,
      }
      local other = client { loop = loop }
      local asked, results = 0, {}
      local api = client { loop = loop, token = function()
        asked = asked + 1
        other:close()
        return TOKEN
      end }
      assert(coroutine.resume(coroutine.create(function()
        results[1] = select(2, other:get("slow", 1)).kind
        results[2] = assert(api:get("things", 1)).id
      end)))
      assert(coroutine.resume(coroutine.create(function() results[3] = assert(api:get("things", 1)).id end)))
      for _ = 1, 500 do
        if results[2] and results[3] then break end
        if drive then drive() end
        api:step(0.01)
      end
      assert.same({ "cancelled", "1", "1" }, results)
      assert.equal(2, asked)
      api:close()
    end)

    it("may close the client", function()
      local api
      api = client { token = function()
        api:close()
        return TOKEN
      end }
      local _, err = api:get("things", 1)
      assert.equal("cancelled", err.kind)
    end)
  end)

  describe("token", function()
    -- Every string in a value, keys too
    local function strings(value, list, seen)
      list, seen = list or {}, seen or {}
      if type(value) == "string" then list[#list + 1] = value end
      if type(value) == "table" and not seen[value] then
        seen[value] = true
        for key, item in pairs(value) do
          strings(key, list, seen)
          strings(item, list, seen)
        end
        list[#list + 1] = tostring(value)
      end
      return list
    end

    local function without_token(...)
      for _, value in ipairs { ... } do
        for _, text in ipairs(strings(value)) do
          assert.is_nil(text:find(TOKEN, 1, true), text)
          assert.is_nil(text:find("secret%W*token"), text)
        end
      end
    end

    local escaped = TOKEN:gsub("/", "\\/")
    local unicode = TOKEN:gsub("[/+=]", function(c) return ("\\u%04X"):format(c:byte()) end)
    local percent = TOKEN:gsub("[/+=]", function(c) return ("%%%02x"):format(c:byte()) end)
    local document = '{"errors":[{"status":"%d","title":"bad","detail":"got Bearer %s","meta":{"%s":["%s"]}}]}'

    it("is not in any value after a success", function()
      local events = {}
      local api = client { trace = function(event) events[#events + 1] = event end }
      raw:play { { times = 3, raw.response(200, { Echo = TOKEN }, ONE) } }
      without_token(assert(api:get("things", 1)), assert(api:fetch "things/1"), assert(api:all "things"))
      without_token(events, api:stats(), tostring(api))
      assert.truthy(#events >= 6)
      api:close()
      without_token(tostring(api))
    end)

    it("is not matched by a header's name and colon", function()
      local api = client { token = "ends-in-a-colon:" }
      raw:play { { raw.response(404, { ["ends-in-a-colon"] = "x", ["X-After"] = "y" }, "") },
        { raw.response(200, { ["Ends-In-A-Colon"] = "" }, ONE) } }
      local _, err = api:get("things", 1)
      assert.equal("y", err.headers["x-after"])
      assert.is_nil(err.headers["ends-in-a-colon"])
      assert(api:get("things", 1))
      api:close()
    end)

    local answers = {
      ["in error objects"] = function()
        return raw.response(400, { Echo = "Bearer " .. TOKEN }, document:format(400, TOKEN, TOKEN, TOKEN))
      end,
      ["in JSON that escapes"] = function()
        return raw.response(422, {}, document:format(422, escaped, unicode, escaped))
      end,
      ["in other JSON"] = function()
        return raw.response(500, { ["Content-Type"] = "application/json" }, ('{"message":"%s"}'):format(unicode))
      end,
      ["in HTML"] = function()
        return raw.response(401, { ["Content-Type"] = "text/html" }, ("<pre>%s</pre>"):format(TOKEN):rep(100))
      end,
      ["in text, where the excerpt ends"] = function()
        return raw.response(403, { ["Content-Type"] = "text/plain" }, ("x"):rep(1024 - 20) .. TOKEN)
      end,
      ["in text"] = function() return raw.response(404, { ["Content-Type"] = "text/plain" }, "no " .. TOKEN) end,
      ["in a success that is no document"] = function()
        return raw.response(200, { ["Content-Type"] = "text/html; x=" .. TOKEN }, TOKEN)
      end,
      ["in a redirect to elsewhere"] = function()
        return raw.response(302, { Location = "http://192.0.2.1/?token=" .. percent })
      end,
      ["in a body that breaks off"] = function()
        return raw.response(500, { ["Content-Length"] = "1000" }, TOKEN), { close = true }
      end,
    }
    for name, answer in pairs(answers) do
      it("is hidden in " .. name, function()
        local events = {}
        local api = client { trace = function(event) events[#events + 1] = event end }
        raw:play { { answer() }, { answer() }, { answer() } }
        local _, one = api:get("things", 1)
        local _, all = api:all "things"
        local _, listed = pcall(function() for _ in api:list "things" do error "not reached" end end)
        for _, err in ipairs { one, all, listed } do
          assert.is_string(err.kind)
          without_token(err, tostring(err))
        end
        without_token(events, api:stats())
        api:close()
      end)
    end

    it("is shown as [token]", function()
      raw:play { { raw.response(400, { Echo = "Bearer " .. TOKEN }, document:format(400, escaped, "x", TOKEN)) } }
      local _, err = client():get("things", 1)
      assert.equal("400 bad_request: GET things/1: bad: got Bearer [token]", err.message)
      assert.equal("got Bearer [token]", err.errors[1].detail)
      assert.same({ "[token]" }, err.errors[1].meta.x)
      assert.equal("Bearer [token]", err.headers.echo)
    end)

    it("that is very short does not garble messages", function()
      raw:play { { raw.response(400, {}, document:format(400, "t", "x", "t")) } }
      local api = client { token = "t" }
      local _, err = api:get("things", 1)
      assert.equal("400 bad_request: GET things/1: bad: got Bearer t", err.message)
      api:close()
    end)

    it("is hidden after another one has replaced it", function()
      local given = 0
      local api = client { token = function()
        given = given + 1
        return "a-token-number-" .. given
      end }
      raw:play { { raw.response(401) }, { times = 9, raw.response(404, {}, "a-token-number-1 a-token-number-2") } }
      local _, err = api:fetch "/x?a=a-token-number-1&b=a-token-number-2"
      assert.equal(2, given)
      for _, text in ipairs { err.url, err.body } do
        assert.is_nil(text:find("a-token-number-1", 1, true), text)
        assert.is_nil(text:find("a-token-number-2", 1, true), text)
      end
      api:close()
    end)

    it("is hidden in URLs, including those of redirects", function()
      local events = {}
      local api = client { trace = function(event) events[#events + 1] = event end }
      raw:play { { raw.response(302, { Location = "/api/x?token=" .. percent }) }, { raw.response(404) } }
      local _, err = api:get("things", 1, { params = { token = TOKEN } })
      assert.equal(raw.url .. "/api/x?token=[token]", err.url)
      without_token(err, events)
      assert.equal(4, #events)
      api:close()
    end)

    it("is sent over plain http only to this machine", function()
      for _, url in ipairs { "http://192.0.2.1", "http://192.0.2.1:8080/api", "http://localhost.example.com" } do
        local api = harnest.new { url = url, token = TOKEN }
        for _, err in ipairs { select(2, api:get("things", 1)), (select(2, api:all "things")) } do
          assert.equal("refused", err.kind)
          assert.is_nil(err.status)
          assert.equal(0, err.attempts)
          assert.truthy(err.message:find("the token is not sent over plain http; use https", 1, true))
          without_token(err)
        end
        assert.equal(0, api:stats().requests)
        api:close()
      end
    end)

    it("is sent over plain http to other machines if allowed", function()
      -- requests for 192.0.2.1 go to a proxy here
      raw:play { { raw.response(200, {}, ONE) } }
      local api = harnest.new { url = "http://192.0.2.1", token = TOKEN, insecure = true, proxy = raw.url }
      assert(api:get("things", 1))
      local request = raw:requests(1)[1]
      assert.equal("http://192.0.2.1/things/1", request.path)
      assert.equal("Bearer " .. TOKEN, request.headers.authorization)
      api:close()
    end)

    it("is not sent to a proxy from the environment if the host is this machine", function()
      local script = ([[
        local harnest = require "harnest"
        for _, host in ipairs { "http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1", "https://localhost:1" } do
          local _, err = harnest.new { url = host, token = "%s", retries = 0, dialect = "jsonapi" }:get("things", 1)
          io.write(err.kind, " ")
        end
      ]]):format(TOKEN)
      raw:play { { times = 4, raw.response(200, {}, ONE) } }
      local names = { http_proxy = raw.url, https_proxy = raw.url, all_proxy = raw.url, no_proxy = "" }
      assert.equal("network network network network ", run(names, script))
      assert.equal(0, #raw:requests())
    end)

    it("is not sent to a proxy from the environment if the option proxy is false", function()
      local script = ([[
        local harnest = require "harnest"
        local through = harnest.new { url = "http://name.invalid", token = "%s", retries = 0, insecure = true }
        io.write(assert(through:get("things", 1)).id, " ")
        local api = harnest.new { url = "http://name.invalid", insecure = true, retries = 0, proxy = false }
        io.write(select(2, api:get("things", 1)).kind)
      ]]):format(TOKEN)
      raw:play { { times = 4, raw.response(200, {}, ONE) } }
      assert.equal("1 network", run({ http_proxy = raw.url, no_proxy = "" }, script))
      assert.equal(1, #raw:requests())
    end)

    it("may be missing except in the harnest dialect", function()
      local script = ([[
        local harnest = require "harnest"
        local api = harnest.new { url = "%s", retries = 0 }
        assert(api:get("things", 1))
        local strict = harnest.new { url = "%s", dialect = "harnest" }
        local resource, err = strict:get("things", 1)
        assert(resource == nil and err.kind == "refused" and err.attempts == 0, tostring(err))
        io.write(err.message)
      ]]):format(raw.url, raw.url)
      raw:play { { times = 2, raw.response(200, {}, ONE) } }
      local output = run({}, script)
      assert.equal("refused: GET things/1: no token: set the option token or authorization, or "
        .. "HARNEST_TOKEN in the environment", output)
      local requests = raw:requests(1)
      assert.equal(1, #requests)
      assert.is_nil(requests[1].headers.authorization)
    end)
  end)

  it("is not requested if it is not needed", function()
    raw:play { { times = 2, raw.response(200, {}, EMPTY) } }
    local api = client()
    api:list "things"
    api:pages "things"
    collectgarbage()
    assert.equal(0, #raw:requests())
    assert.equal(0, api:stats().requests)
    api:close()
  end)

  it("sends no token if it is false, whatever the environment says", function()
    raw:play { { raw.response(200, {}, ONE) } }
    local output = run({ HARNEST_TOKEN = "from-the-environment", HARNEST_URL = raw.url .. "/api" }, [[
      local harnest = require "harnest"
      print(harnest.new({ token = false }):get("things", 1).id)
      print(select(2, harnest.new({ token = false, dialect = "harnest" }):get("things", 1)).kind)
    ]])
    assert.equal("1\nrefused\n", output)
    assert.is_nil(raw:requests(1)[1].headers.authorization)
  end)

  it("accepts numbers beyond the range of integers", function()
    raw:play { { raw.response(503) }, { raw.response(200, {}, ONE) } }
    local many = { max_connections = 2 ^ 32, retries = 2 ^ 32, prefetch = 2 ^ 40 }
    many.timeout, many.max_retry_wait = 5, 0.01
    local api = client(many)
    assert.equal("1", assert(api:get("things", 1)).id)
    api:close()
  end)

  it("explains how methods are called", function()
    local api = client()
    assert.equal("expected a client, got string; methods are called as api:name(...)",
      usage_error(api.list, "contracts"))
    assert.equal("expected a client, got nil; methods are called as api:name(...)",
      usage_error(api.get))
    assert.equal("query: expected a table, got string",
      usage_error(api.list, api, "contracts", {}, "title"))
    local things = api:collection "things"
    assert.truthy(usage_error(things.where, { status = 1 }):find("expected a collection, got table",
      1, true))
    assert.truthy(usage_error(api:list("things").next, 5):find("expected an iterator, got 5", 1,
      true))
    local message = usage_error(api:relationship("a", 1, "b").get)
    assert.truthy(message:find("expected a relationship, got nil", 1, true))
    api:close()
  end)
end)

-- Debug output: the option debug and HARNEST_DEBUG.

local child = require "spec.support.child"
local harnest = require "harnest"
local rawserver = require "spec.support.rawserver"

local ONE = '{"data":{"type":"things","id":"1"}}'

describe("debug output", function()
  local raw, lines, api

  setup(function() raw = rawserver.start() end)
  before_each(function()
    raw:reset()
    lines = {}
  end)
  after_each(function()
    if api then api:close() end
  end)
  teardown(function() raw:stop() end)

  local function client(options)
    local all = { url = raw.url, retries = 1, max_retry_wait = 0.01 }
    for name, value in pairs(options or {}) do all[name] = value end
    if not all.authorization and all.token == nil then all.token = "a-token-to-send" end
    api = harnest.new(all)
    return api
  end

  local function take(line)
    lines[#lines + 1] = line
  end

  -- The lines without what differs from run to run: the request ids and times
  local function shown()
    local list = {}
    for i, line in ipairs(lines) do
      list[i] = line:gsub("^harnest %x%x%x%x%x%x%x%x: ", ""):gsub("%x+%-%x+%-4%x+%-%x+%-%x+", "ID")
        :gsub("%d+%.%d%d%d s", "S"):gsub(raw.url, "URL", 1):gsub("%d+ bytes$", "N bytes")
    end
    return list
  end

  it("has a line for each request, response, retry and page", function()
    raw:play { { raw.response(503, { ["Retry-After"] = "0" }, "{}") },
      { raw.response(200, {}, '{"data":[{"type":"t","id":"1"}],"links":{"next":null}}') } }
    assert(client({ debug = take }):all "t")
    assert.same({
      "request GET URL/t, attempt 1 (X-Request-Id ID)",
      "response 503 unavailable GET URL/t in S, N bytes",
      "retry GET URL/t in S: 503 unavailable",
      "request GET URL/t, attempt 2 (X-Request-Id ID)",
      "response 200 GET URL/t in S, N bytes",
      "page GET URL/t, 1 resources",
    }, shown())
  end)

  it("has a line for what failed, and why", function()
    client({ debug = take, url = rawserver.closed_url(), retries = 1 }):get("t", 1)
    assert.equal(5, #lines)
    assert.matches("response network GET .* in %d+%.%d+ s, 0 bytes: Failed to connect to 127%.0%.0%.1", lines[2])
    assert.matches("retry GET .* in %d+%.%d+ s: network: Failed to connect to 127%.0%.0%.1", lines[3])
  end)

  it("has a line for what comes from the cache", function()
    raw:play { { raw.response(200, { ["Cache-Control"] = "max-age=60" }, ONE) } }
    client { debug = take, cache = true }
    assert(api:get("t", 1))
    assert(api:get("t", 1))
    assert.equal("response 200 GET URL/t/1 from the cache", shown()[3])
  end)

  it("tells concurrent requests apart by their id", function()
    raw:play { { times = 2, raw.response(200, {}, ONE) } }
    client { debug = take }
    assert(api:get("t", 1))
    assert(api:get("t", 2))
    local ids = {}
    for i, line in ipairs(lines) do ids[i] = line:match "^harnest (%x+): " end
    assert.equal(ids[1], ids[2])
    assert.equal(ids[3], ids[4])
    assert.are_not.equal(ids[1], ids[3])
    assert.equal(ids[1], lines[1]:match "X%-Request%-Id (%x+)%-")
  end)

  it("has the headers, in order, where asked for", function()
    raw:play { { raw.response(200, { ["X-B"] = "two", ["X-A"] = "one" }, ONE) } }
    assert(client({ debug = take, trace_detail = "headers", headers = { ["X-Own"] = "" } }):get("t", 1))
    assert.same({
      "request GET URL/t/1, attempt 1 (X-Request-Id ID)",
      "  > accept: application/vnd.api+json",
      "  > authorization: Bearer [token]",
      "  > x-own: ",
      "  > x-request-id: ID",
      "response 200 GET URL/t/1 in S, N bytes",
      "  < content-length: 35",
      "  < content-type: application/vnd.api+json",
      "  < x-a: one",
      "  < x-b: two",
    }, shown())
  end)

  it("has the bodies line by line, cut, where asked for", function()
    raw:play { { raw.response(200, { ["Content-Type"] = "text/plain" }, "one\n\ntwo\n") },
      { raw.response(200, {}, '{"data":null,"meta":{"a":"' .. ("x"):rep(5000) .. '"}}') } }
    client { debug = take, trace_detail = "body" }
    api:create("t", { attributes = { a = 1 } })
    local list = shown()
    assert.equal('  > {"data":{"attributes":{"a":1},"type":"t"}}', list[6])
    assert.same({ "  < one", "  < ", "  < two" }, { list[#list - 2], list[#list - 1], list[#list] })
    assert(api:fetch "t")
    list = shown()
    assert.equal("  < ... (4096 of 5029 bytes)", list[#list])
    assert.equal(4 + 4096, #list[#list - 1])
  end)

  it("gives the script's own trace function no more than trace_detail asks for", function()
    raw:play { { times = 9, raw.response(200, {}, ONE) } }
    local output = child.run([[
      local harnest, url = require "harnest", ...
      for _, detail in ipairs { "none", "headers", "body" } do
        local events = {}
        local api = harnest.new {
          url = url, token = false, dialect = "jsonapi", debug = "body",
          trace_detail = detail ~= "none" and detail or nil,
          trace = function(event) events[#events + 1] = event end,
        }
        assert(api:get("t", 1))
        print(detail, events[1].request_headers ~= nil, events[2].headers ~= nil, events[2].body ~= nil)
      end
    ]], raw.url)
    for _, line in ipairs { "none\tfalse\tfalse\tfalse", "headers\ttrue\ttrue\tfalse", "body\ttrue\ttrue\ttrue" } do
      assert.truthy(output:find(line, 1, true), output)
    end
  end)

  it("has no control characters", function()
    raw:play { { raw.response(200, { ["X-A"] = "\27[31m\194\155" }, '{"data":null}\r\27[2J') } }
    client({ debug = take, trace_detail = "body" }):get("t", 1)
    for _, line in ipairs(lines) do
      assert.is_nil(line:find "%c", line)
      assert.is_nil(line:find("\194\155", 1, true))
    end
    assert.truthy(table.concat(lines):find "x%-a:  %[31m ")
  end)

  it("comes beside the events of trace", function()
    raw:play { { raw.response(200, {}, ONE) } }
    local events = {}
    assert(client({ debug = take, trace = function(event) events[#events + 1] = event end }):get("t", 1))
    assert.equal(2, #events)
    assert.equal(2, #lines)
  end)

  it("raises what its function raises, from the call", function()
    raw:play { { raw.response(200, {}, ONE) } }
    client { debug = function() error("no line", 0) end }
    assert.equal("no line", select(2, pcall(api.get, api, "t", 1)))
  end)

  describe("of HARNEST_DEBUG", function()
    -- What a script with a client prints. The lines of the standard error come with it
    local function printed(value, options)
      raw:reset():play { { raw.response(200, { ["X-A"] = "one" }, ONE) } }
      return child.run_in({ HARNEST_DEBUG = value, HARNEST_URL = raw.url, HARNEST_TOKEN = "a-token-to-send" }, ([[
        local fine, err = pcall(function()
          return require "harnest".new { %s }:get("t", 1)
        end)
        if not fine then print(err) end
      ]]):format(options or ""))
    end

    it("is off if the variable is empty or 0, or the option is false", function()
      assert.equal("", printed "")
      assert.equal("", printed "0")
      assert.equal("", printed("body", "debug = false"))
    end)

    it("goes to the standard error", function()
      assert.matches("^harnest %x+: request GET [^\n]*\nharnest %x+: response 200 GET [^\n]*\n$", printed "1")
      assert.equal(printed "1":gsub("%x+", ""), (printed("", "debug = true"):gsub("%x+", "")))
    end)

    it("has headers and bodies", function()
      local headers, body = printed "headers", printed "body"
      for _, text in ipairs { headers, body, printed("", 'debug = "headers"'), printed("0", 'debug = "body"') } do
        assert.truthy(text:find("  < x-a: one\n", 1, true), text)
        assert.truthy(text:find("  > authorization: Bearer [token]\n", 1, true), text)
      end
      assert.is_nil(headers:find(ONE, 1, true))
      assert.truthy(body:find("  < " .. ONE .. "\n", 1, true))
      assert.is_nil(printed("body", 'debug = "headers"'):find(ONE, 1, true))
    end)

    it("raises a usage error for an unknown value", function()
      assert.matches('HARNEST_DEBUG: expected 0, 1, headers or body in the environment, got "2"\n$', printed "2")
      assert.matches('HARNEST_DEBUG: .* got "true"\n$', printed "true")
    end)
  end)

  describe("and trace events have no secret", function()
    local PASSWORD, TOKEN, COOKIE, KEY = "pass/word+=1", "a/secret+token=", "session-value-1", "key-of-the-api"
    local BASIC = harnest.basic("user", PASSWORD)
    -- The secrets of a client with a token, and of one with Basic; the first is its password
    local WITH_TOKEN, WITH_BASIC = { TOKEN, COOKIE, KEY }, { PASSWORD, COOKIE, KEY, BASIC:sub(7) }

    local encodings = {
      plain = function(text) return text end,
      ["JSON with slashes"] = function(text) return (text:gsub("/", "\\/")) end,
      ["JSON with codes"] = function(text)
        return (text:gsub("[/+=]", function(c) return ("\\u%04X"):format(c:byte()) end))
      end,
      percent = function(text) return (text:gsub("[/+=]", function(c) return ("%%%02x"):format(c:byte()) end)) end,
    }

    -- Every string in a value, keys too
    local function strings(value, list)
      if type(value) == "table" then
        for key, item in pairs(value) do
          strings(key, list)
          strings(item, list)
        end
      elseif type(value) == "string" then
        list[#list + 1] = value
      end
      return list
    end

    -- Raises if one of the strings has a secret, or a part of one that is long enough to matter
    local function check(list, secrets)
      for _, secret in ipairs(secrets) do
        for _, encode in pairs(encodings) do
          local most = encode(secret):sub(1, -3)
          for _, text in ipairs(list) do
            if text:find(most, 1, true) then error(("%s has %s"):format(text, most)) end
          end
        end
      end
    end

    -- Makes all kinds of calls of a client, whose server echoes each secret, encoded
    local function use(options, secrets, encode, level)
      local events, password = {}, secrets[1]
      options.url, options.retries, options.cache = raw.url, 1, true
      options.max_retry_wait = 0.01
      options.headers = { Cookie = "sid=" .. COOKIE .. "; theme=dark", ["X-Api-Key"] = KEY, ["X-Echo"] = "plain" }
      options.debug, options.trace_detail = take, level
      options.trace = function(event) events[#events + 1] = event end
      local echo = {}
      for i, secret in ipairs(secrets) do echo[i] = encode(secret) end
      local all = table.concat(echo, " ")
      local headers = { ["X-Echo"] = all, ["Set-Cookie"] = "sid=" .. COOKIE, ["X-Session-Token"] = encode(password),
        ["Cache-Control"] = "max-age=60", Location = raw.url .. "/else?x=" .. encodings.percent(password),
        [encodings.percent(KEY):gsub("%%", "-")] = "name", Authorization = "Bearer " .. password }
      local document = ('{"data":{"type":"t","id":"1","attributes":{"echo":"%s"}}}'):format(all)
      raw:reset():play {
        { raw.response(503, headers, '{"errors":[{"detail":"' .. all .. '"}]}') },
        { raw.response(200, headers, document) },
        { raw.response(302, headers, all) },
        { raw.response(422, headers, '{"errors":[{"detail":"' .. all .. '"}]}') },
        { raw.response(200, headers, '{"data":null,"meta":{"x":"' .. ("x"):rep(4096 - 26 - 8) .. all .. '"}}') },
        { raw.response(200, headers, '{"data":null,"meta":{"x":"' .. (all .. " "):rep(300) .. '"}}') },
        { times = math.huge, raw.response(500, headers, all), { close = true } },
      }
      client(options)
      api:get("t", 1)
      api:get("t", 1)
      api:get("t", 2, { params = { x = password, y = KEY } })
      api:fetch "big"
      api:fetch "many"
      api:create("t", { attributes = { echo = secrets } })
      api:request { path = "/t",
        headers = { ["X-Request-Id"] = password, ["X-Other-Secret"] = KEY, ["X-Echo"] = password } }
      api:all("t", { filter = { a = encode(COOKIE) } })
      api:close()
      assert.is_true(#events >= 12)
      assert.is_true(#lines >= #events)
      if level then assert.truthy(table.concat(lines):find("[token]", 1, true)) end
      check(lines, secrets)
      check(strings(events, {}), secrets)
    end

    for name, encode in pairs(encodings) do
      for _, level in ipairs { false, "headers", "body" } do
        it(("at level %s, as %s"):format(level or "1", name), function()
          use({ token = TOKEN }, WITH_TOKEN, encode, level or nil)
          lines = {}
          use({ authorization = BASIC }, WITH_BASIC, encode, level or nil)
        end)
      end
    end

    it("in headers even if it is too short to be found elsewhere", function()
      raw:play { { raw.response(200, { ["Set-Cookie"] = "a=xyz" }, ONE) } }
      assert(client({ debug = take, trace_detail = "body", token = "xyz", headers = { Cookie = "a=xyz" } }):get("t", 1))
      assert.is_true(#lines > 5)
      for _, line in ipairs(lines) do assert.is_nil(line:find("xyz", 1, true), line) end
    end)

    it("on the standard error", function()
      for _, level in ipairs { "1", "headers", "body" } do
        raw:reset():play { { times = 3, raw.response(422, { ["X-Echo"] = TOKEN }, TOKEN .. KEY) } }
        local text = child.run_in({ HARNEST_DEBUG = level, HARNEST_URL = raw.url, HARNEST_TOKEN = TOKEN }, ([[
          local api = require "harnest".new { headers = { ["X-Key"] = "%s" } }
          print(select(2, api:get("t", 1, { params = { a = "%s" } })):details())
        ]]):format(KEY, TOKEN))
        assert.truthy(text:find "harnest %x+: response 422", text)
        for _, secret in ipairs { TOKEN, KEY } do
          for _, encode in pairs(encodings) do assert.is_nil(text:find(encode(secret), 1, true), text) end
        end
      end
    end)
  end)
end)

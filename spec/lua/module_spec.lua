-- The module as a whole: its functions, and that it changes nothing else.

local harnest = require "harnest"
local child = require "spec.support.child"
local rawserver = require "spec.support.rawserver"

local function read(path)
  local file = assert(io.open(path))
  local text = file:read "*a"
  file:close()
  return text
end

describe("the version", function()
  it("is the one in src/base/version.h", function()
    assert.equal(read "src/base/version.h":match '#define HARNEST_VERSION "([^"]+)"', harnest.VERSION)
    assert.matches("^%d+%.%d+%.%d+$", harnest.VERSION)
  end)

  it("is that of the newest release in CHANGELOG.md", function()
    assert.equal(harnest.VERSION, read "CHANGELOG.md":match "\n## (%d[^\n]*)\n")
  end)

  it("has a rockspec, which is that of the sources but for version and tag", function()
    local scm, rock = read "rockspec/harnest-scm-1.rockspec", read(("rockspec/harnest-%s-1.rockspec"):format(
      harnest.VERSION))
    local version, replaced_version = scm:gsub('version = "scm%-1"', ('version = "%s-1"'):format(harnest.VERSION))
    local expected, replaced_tag = version:gsub('(source = { url = "[^"]+") }', ('%%1, tag = "v%s" }'):format(
      harnest.VERSION))
    assert.same({ 1, 1 }, { replaced_version, replaced_tag })
    assert.equal(expected, rock)
  end)

  it("is that of each rockspec that a page names", function()
    for _, path in ipairs { "README.md", "CONTRIBUTING.md", "docs/API.md", "docs/WINDOWS.md" } do
      for version in read(path):gmatch "harnest%-(%d[%d.]*)%-%d+%.rockspec" do
        assert.equal(harnest.VERSION, version, path)
      end
    end
  end)

  it("is in the user agent", function()
    local raw = rawserver.start()
    raw:play { { times = 2, rawserver.response(200, {}, '{"data":null}') } }
    for agent, expected in pairs { [false] = "harnest/%s", ["tool/2 (x)"] = "tool/2 (x) harnest/%s" } do
      local api = harnest.new { url = raw.url, user_agent = agent or nil }
      api:get("things", 1)
      local requests = raw:requests()
      assert.equal(expected:format(harnest.VERSION), requests[#requests].headers["user-agent"])
      api:close()
    end
    raw:stop()
  end)
end)

describe("the module", function()
  it("has all documented functions", function()
    local functions = { "new", "query", "array", "is_array", "changes", "etag", "uuid", "basic", "encode", "decode" }
    for _, name in ipairs(functions) do
      assert.equal("function", type(harnest[name]), name)
    end
    assert.equal("userdata", type(harnest.null))
    local api = harnest.new { url = "http://127.0.0.1:1" }
    local methods = {
      "list", "pages", "rows", "all", "first", "count", "get", "fetch", "collection", "describe", "types", "close",
      "stats", "pollfd", "events", "timeout",
    }
    for _, name in ipairs(methods) do
      assert.equal("function", type(api[name]), name)
    end
    local iterator, scope = api:list "things", api:collection "things"
    for _, name in ipairs { "next", "close", "cursor", "each" } do
      assert.equal("function", type(iterator[name]), name)
    end
    local steps = {
      "where", "sort", "include", "fields", "page_size", "limit", "query", "list", "pages", "rows", "all", "first",
      "count", "get",
    }
    for _, name in ipairs(steps) do
      assert.equal("function", type(scope[name]), name)
    end
    assert.is_nil(api.nothing)
    api:close()
  end)

  it("writes and reads JSON", function()
    local text = '{"a":[],"b":{},"c":null,"d":12345678901234.56,"e":"\\u0000"}'
    assert.equal(text, harnest.encode(harnest.decode(text)))
    local nothing, reason = harnest.decode "{"
    assert.is_nil(nothing)
    assert.equal("string", type(reason))
    assert.matches("harnest.decode: text: expected a string, got nil", select(2, pcall(harnest.decode)))
    assert.matches("cannot encode a function as JSON", select(2, pcall(harnest.encode, print)))
  end)

  it("reads integers beyond those of Lua as the nearest float", function()
    for _, digits in ipairs { "9223372036854775808", "18446744073709551615", "-9223372036854775809",
      "123456789012345678901234567890", "1" .. ("0"):rep(300) } do
      assert.equal(tonumber(digits .. ".0"), harnest.decode(digits))
    end
    if math.type then assert.equal("9223372036854775807", tostring(harnest.decode "9223372036854775807")) end
    assert.equal('{"id":1.2345678901234568e22}', harnest.encode(harnest.decode '{"id":12345678901234567890123}'))
  end)

  it("raises usage errors at the caller's line", function()
    local here = "spec/lua/module_spec.lua:" .. debug.getinfo(1, "l").currentline + 1 .. ": "
    local _, message = pcall(function() harnest.new { tiemout = 1 } end)
    assert.equal(here .. 'option tiemout: unknown; did you mean timeout?', message)

    local api = harnest.new { url = "http://127.0.0.1:1" }
    local usage_errors = {
      function() api:list("contracts", { fliter = {} }) end,
      function() api:collection("contracts"):where(1) end,
      function() api:get("contracts", {}) end,
      function() api:first("contracts", { after = "nonsense" }) end,
      function() api:list("contracts"):each(1) end,
      function() api:list("contracts", { concurrency = 0 }) end,
    }
    for i, usage_error in ipairs(usage_errors) do
      local fine, raised = pcall(usage_error)
      assert.is_false(fine)
      local line = debug.getinfo(usage_error, "S").linedefined
      assert.equal(("spec/lua/module_spec.lua:%d: "):format(line), raised:match "^[^:]+:%d+: ", i .. ": " .. raised)
    end
    api:close()
  end)

  it("creates and changes no globals", function()
    local printed = child.run [[
      local before = {}
      for name, value in pairs(_G) do before[name] = value end
      local strings = {}
      for name, value in pairs(string) do strings[name] = value end
      local harnest = require "harnest"
      local api = harnest.new { url = "http://127.0.0.1:1", retries = 0 }
      api:first "things"
      api:collection("things"):where { a = 1 }:all()
      api:close()
      for name, value in pairs(_G) do
        if not rawequal(before[name], value) then print("changed: " .. tostring(name)) end
      end
      for name in pairs(before) do
        if _G[name] == nil then print("gone: " .. tostring(name)) end
      end
      for name, value in pairs(string) do
        if strings[name] ~= value then print("changed: string." .. name) end
      end
      print(api, getmetatable("").__index == string)
    ]]
    assert.equal("harnest.client: http://127.0.0.1:1 (closed)\ttrue\n", printed)
  end)

  it("works without the debug library", function()
    local printed = child.run [[
      package.loaded.debug = nil
      debug = nil
      local harnest = require "harnest"
      local api = harnest.new { url = "http://127.0.0.1:1", retries = 0 }
      local resource, err = api:first "things"
      print(resource, err.kind, pcall(require, "debug"))
    ]]
    assert.matches("^nil\tnetwork\tfalse\t", printed)
  end)

  it("works without lua-cjson", function()
    local printed = child.run [[
      package.preload.cjson = function() error "not here" end
      local harnest = require "harnest"
      print(harnest.is_array(harnest.array {}), type(harnest.null), harnest.null == require "harnest.core".null)
    ]]
    assert.equal("true\tuserdata\ttrue\n", printed)
  end)

  it("is loaded once, and again after its removal from package.loaded", function()
    local printed = child.run [[
      local first = require "harnest"
      for name in pairs(package.loaded) do
        if name:find "^harnest" then package.loaded[name] = nil end
      end
      local second = require "harnest"
      print(first ~= second, first.VERSION == second.VERSION, first.null == second.null)
      print(first.is_array(second.array {}) or not pcall(require, "cjson") or not require "cjson".array_mt)
    ]]
    assert.equal("true\ttrue\ttrue\ntrue\n", printed)
  end)

  it("exits cleanly when a script leaves everything open", function()
    local printed = child.run [[
      local harnest = require "harnest"
      local api = harnest.new { url = "http://127.0.0.1:1", retries = 5 }
      kept = { api, api:list "things", api:pages "things", api:collection "things" }
      local iterator = harnest.new { url = "http://127.0.0.1:1", retries = 0 }:list "things"
      print(select(2, iterator:next()).kind)
    ]]
    assert.equal("network\n", printed)
  end)
end)

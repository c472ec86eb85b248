-- Recording a cassette: what the file has, and when it is written.

local child = require "spec.support.child"
local harnest = require "harnest"
local http_date = require "spec.support.http_date"
local new_fixture = require "spec.support.cassette_fixture"
local usage_error = require "spec.support.usage_error"

local ONE = '{"data":{"type":"t","id":"1"}}'

describe("recording", function()
  local fixture = new_fixture(setup, before_each, after_each, teardown)
  local raw = fixture.raw

  it("writes one interaction a block, with decoded parameters and bodies", function()
    fixture:record({
      { raw.response(201, { ["Content-Type"] = "application/vnd.api+json", ETag = '"1"' },
        '{"data":{"type":"t","id":"1","attributes":{"big":12345678901234567890123,"exact":0.10,"text":"\\u00e9"}}}') },
    }, function(api)
      api:request { method = "POST", path = "t", query = { filter = { a = "x y" } },
        body = { data = { type = "t", attributes = { n = 1 } } } }
    end)
    local text = fixture:text():gsub('"recorded_at": "[^"]*"', '"recorded_at": "NOW"'):gsub(raw.url, "URL")
    assert.equal([[
{
  "harnest_cassette": 1,
  "base_url": "URL/api",
  "recorded_at": "NOW",
  "interactions": [
    {
      "request": {
        "method": "POST",
        "path": "t",
        "query": {
          "filter[a]": "x y"
        },
        "body": {
          "data": {
            "attributes": {
              "n": 1
            },
            "type": "t"
          }
        }
      },
      "response": {
        "status": 201,
        "headers": {
          "content-type": "application/vnd.api+json",
          "etag": "\"1\""
        },
        "body": {
          "data": {
            "type": "t",
            "id": "1",
            "attributes": {
              "big": 12345678901234567890123,
              "exact": 0.10,
              "text": "\u00e9"
            }
          }
        }
      }
    }
  ]
}
]], text)
  end)

  it("keeps what is no JSON as text or bytes, and empty bodies", function()
    fixture:record({
      { raw.response(200, { ["Content-Type"] = "text/plain" }, "two\nlines") },
      { raw.response(200, { ["Content-Type"] = "image/png" }, "\0\1\255") },
      { "HTTP/1.1 204 No Content\r\n\r\n" },
    }, function(api)
      for _, path in ipairs { "a", "b", "c" } do api:request { path = path, raw = true } end
    end)
    local file = fixture:read()
    assert.equal("two\nlines", file.interactions[1].response.text)
    assert.equal("AAH/", file.interactions[2].response.base64)
    assert.same({ status = 204 }, file.interactions[3].response)
    fixture:replay(function(api)
      assert.equal("two\nlines", (api:request { path = "a", raw = true }))
      assert.equal("\0\1\255", (api:request { path = "b", raw = true }))
    end)
  end)

  it("has no lengths and encodings", function()
    fixture:record({ { raw.response(200, { ["Content-Type"] = "application/vnd.api+json", Date = "x",
      Connection = "close" }, ONE) } }, function(api) api:get("t", 1) end)
    assert.same({ ["content-type"] = "application/vnd.api+json" }, fixture:read().interactions[1].response.headers)
  end)

  it("replaces the file, but keeps members that it does not know", function()
    fixture:write([[{"harnest_cassette": 1, "note": "by Ann", "base_url": "http://h/api", "interactions": [
      {"why": {"n": 1.50}, "request": {"method": "GET", "path": "t/1", "hint": "first"},
       "response": {"status": 200, "seen": true, "headers": {}, "body": {"data": null}}},
      {"why": "second", "request": {"path": "t/1", "method": "GET"}, "failure": {"kind": "network", "x": 1}},
      {"why": "gone", "request": {"path": "t/2", "method": "GET"}, "response": {"status": 204}}]}]])
    local answer = { raw.response(200, { Connection = "close" }, ONE) } -- libcurl repeats requests of a reused one
    fixture:record({ answer, { { reset = true } }, answer }, function(api)
      for _ = 1, 3 do api:get("t", 1) end
    end)
    local text, file = fixture:text(), fixture:read()
    assert.equal("by Ann", file.note)
    assert.truthy(text:find('"n": 1.50', 1, true))
    assert.equal("first", file.interactions[1].request.hint)
    assert.is_true(file.interactions[1].response.seen)
    assert.equal("second", file.interactions[2].why)
    assert.equal(1, file.interactions[2].failure.x)
    assert.is_nil(file.interactions[3].why)
    assert.equal(3, #file.interactions)
  end)

  it("writes in the order of sending", function()
    local slow, fast = { { sleep = 0.2 }, raw.response(200, {}, ONE) }, { raw.response(200, {}, ONE) }
    slow.match, fast.match = "GET /api/t/1", "GET /api/t/2"
    fixture:record({ slow, fast }, function(api)
      api:parallel(function() api:get("t", 1) end, function() api:get("t", 2) end)
    end)
    local file = fixture:read()
    assert.equal("t/1", file.interactions[1].request.path)
    assert.equal("t/2", file.interactions[2].request.path)
  end)

  it("makes missing folders, and replaces a file at once", function()
    fixture.path = fixture.folder .. "/a/b/c.json"
    fixture:record({ { raw.response(200, {}, ONE) } }, function(api) api:get("t", 1) end)
    assert.equal(1, #fixture:read().interactions)
    local listed = io.popen("ls '" .. fixture.folder .. "/a/b'")
    assert.equal("c.json\n", listed:read "*a")
    listed:close()
  end)

  it("says why it cannot write, and keeps the old file", function()
    fixture.path = "/dev/null/x.json"
    raw:play { { raw.response(200, {}, ONE) } }
    local api = harnest.new { url = raw.url, cassette = "/proc/none/x.json", cassette_mode = "record" }
    api:get("t", 1)
    local fine, message = pcall(api.close, api)
    assert.is_false(fine)
    assert.truthy(tostring(message):find("cassette /proc/none/x.json: No such file or directory", 1, true), message)
  end)

  it("writes nothing without requests, and nothing that did not end", function()
    fixture:record({}, function() end)
    assert.is_nil(fixture:text())
    fixture:record({ { raw.response(200, {}, ONE), match = "GET /api/t/1" }, { { stall = true } } }, function(api)
      api:get("t", 1)
      api:list("t"):close()
      local pages = api:list("t", { limit = 1 })
      pages:close()
    end)
    assert.equal(1, #fixture:read().interactions)
  end)

  it("is discarded on request", function()
    fixture:record({ { raw.response(200, {}, ONE) } }, function(api)
      api:get("t", 1)
      api:discard_cassette()
    end)
    assert.is_nil(fixture:text())
    assert.equal("discard_cassette: expected a client with a cassette, got one without",
      usage_error(function() harnest.new({ url = raw.url }):discard_cassette() end))
  end)

  it("is written for a client that is only collected, or when the script ends", function()
    raw:play { { times = 2, raw.response(200, {}, ONE) } }
    local function forget()
      harnest.new({ url = raw.url, cassette = fixture.path, cassette_mode = "record" }):get("t", 1)
    end
    forget()
    for _ = 1, 4 do collectgarbage() end
    assert.equal(1, #fixture:read().interactions)
    os.remove(fixture.path)
    assert.equal("1\n", child.run([[
      local url, path = ...
      api = require("harnest").new { url = url, cassette = path, cassette_mode = "record" }
      print(api:get("t", 1).id)]], raw.url, fixture.path))
    assert.equal(1, #fixture:read().interactions)
  end)

  it("is not written by a child process", function()
    raw:play { { times = 2, raw.response(200, {}, ONE) } }
    local printed = child.run([[
      local process = require "posix_process"
      local url, path = ...
      local api = require("harnest").new { url = url, cassette = path, cassette_mode = "record" }
      api:get("t", 1)
      local pid = process.fork()
      if pid == 0 then
        api:close()
        process.leave()
      end
      process.wait(pid)
      local file = io.open(path)
      print(file == nil)
      api:close()
      print(io.open(path) ~= nil)]], raw.url, fixture.path)
    assert.equal("true\ntrue\n", printed)
  end)

  it("once: records where there is no file, plays where there is one", function()
    local function get(api) return api:get("t", 1).id end
    local once = { cassette_mode = "once" }
    assert.equal("1", fixture:record({ { raw.response(200, {}, ONE) } }, get, once))
    assert.equal(1, #fixture:read().interactions)
    assert.equal("1", fixture:record({}, get, once))
    assert.equal(1, #raw:requests())
  end)

  it("reads the environment", function()
    raw:play { { raw.response(200, {}, ONE) } }
    local code = ([[
      local api = require("harnest").new { url = %q }
      print(api:get("t", 1).id)
      print(api:cassette_report().mode, api:with{}:cassette_report().is_recording)
      api:close()]]):format(raw.url)
    local variables = { HARNEST_CASSETTE = fixture.path }
    assert.equal("1\nonce\ttrue\n", child.run_in(variables, code))
    variables.HARNEST_CASSETTE_MODE = "replay"
    assert.equal("1\nreplay\tfalse\n", child.run_in(variables, code))
    variables.HARNEST_CASSETTE_MODE = "play"
    assert.truthy(child.run_in(variables, code):find('HARNEST_CASSETTE_MODE: expected "once", "replay", "record" or '
      .. '"check", got "play"', 1, true))
  end)

  it("shares a file among clients, each with its mode", function()
    raw:play { { times = 2, raw.response(200, {}, ONE) } }
    local options = { url = raw.url .. "/api", cassette = fixture.path, cassette_mode = "record" }
    local first, second = harnest.new(options), harnest.new(options)
    first:get("t", 1)
    second:get("t", 2)
    first:close()
    second:close()
    assert.equal(2, #fixture:read().interactions)
    local third = harnest.new(options)
    options.cassette_mode = "replay"
    assert.equal("option cassette: " .. fixture.path
      .. ' is open with cassette_mode = "record", and cannot have "replay"',
      usage_error(function() harnest.new(options) end))
    third:close()
  end)

  it("is written once: what was closed before is not written again", function()
    raw:play { { times = 3, raw.response(200, {}, ONE) } }
    local options = { url = raw.url .. "/api", cassette = fixture.path, cassette_mode = "record" }
    local first = harnest.new(options)
    first:get("t", 1)
    first:close()
    os.remove(fixture.path)
    first = nil -- luacheck: ignore
    for _ = 1, 4 do collectgarbage() end
    assert.is_nil(fixture:text())
  end)

  it("goes on for each client of a script that HARNEST_CASSETTE names it for", function()
    raw:play { { times = 2, raw.response(200, {}, ONE) } }
    local code = ([[
      local harnest = require "harnest"
      for id = 1, 2 do
        local api = harnest.new { url = %q }
        print(api:get("t", id).id)
        api:close()
        api = nil
        collectgarbage()
        collectgarbage()
      end]]):format(raw.url)
    local variables = { HARNEST_CASSETTE = fixture.path, HARNEST_CASSETTE_MODE = "record" }
    assert.equal("1\n1\n", child.run_in(variables, code))
    assert.equal(2, #fixture:read().interactions)
    variables.HARNEST_CASSETTE_MODE = "replay"
    assert.truthy(child.run_in(variables, code):find "1\n.*1\n")
    assert.equal(2, #raw:requests())
  end)

  it("is not written by once if no server answered", function()
    fixture:record({ { { reset = true } } }, function(api) api:get("t", 1) end, { cassette_mode = "once" })
    assert.is_nil(fixture:text())
    fixture:record({ { { reset = true } } }, function(api) api:get("t", 1) end, { cassette_mode = "record" })
    assert.truthy(fixture:text())
  end)

  it("is a regular file, and a damaged one is not replaced", function()
    assert.equal("option cassette: " .. fixture.folder .. ": expected a regular file", usage_error(function()
      harnest.new { url = raw.url, cassette = fixture.folder, cassette_mode = "record" }
    end))
    fixture:write "<<<<<<< ours"
    assert.equal("option cassette: " .. fixture.path .. ":1:1: expected an object; remove it to record",
      usage_error(function() harnest.new { url = raw.url, cassette = fixture.path, cassette_mode = "record" } end))
  end)

  it("is not shared with another filter or other ignored parameters", function()
    local function open(cassette)
      cassette.path, cassette.mode = fixture.path, "record"
      return harnest.new { url = raw.url, cassette = cassette }
    end
    local function says(expected, cassette)
      assert.equal(expected, usage_error(function() open(cassette) end))
    end
    local filter = function() end
    local first = open { filter = filter, ignore = "at" }
    open({ filter = filter, ignore = { "at" } }):close()
    open({}):close()
    says("option cassette.filter: " .. fixture.path .. " is open with its own filter, and cannot have another one",
      { filter = function() end })
    says("option cassette.ignore: " .. fixture.path .. ' is open without "now" in it', { ignore = { "at", "now" } })
    first:close()
  end)

  it("states Retry-After as seconds, since a date passes", function()
    local date = http_date(3600)
    local function get(api) return select(2, api:get("t", 1)).kind end
    assert.equal("unavailable", fixture:record({ { raw.response(503, { ["Retry-After"] = date }, "{}") } }, get,
      { retries = 3 }))
    local seconds = tonumber(fixture:read().interactions[1].response.headers["retry-after"])
    assert.truthy(seconds > 3500 and seconds <= 3600, seconds)
    assert.equal("unavailable", fixture:replay(get, { retries = 3 }))
    assert.same({}, fixture.warnings)
  end)

  it("does not record what the cache answers, nor a dry run", function()
    fixture:record({ { raw.response(200, { ["Cache-Control"] = "max-age=60" }, ONE) } }, function(api)
      assert.equal("1", api:get("t", 1).id)
      assert.equal("1", api:get("t", 1).id)
      api:with({ dry_run = true }):create("t", {})
    end, { cache = true })
    assert.equal(1, #fixture:read().interactions)
    fixture:replay(function(api)
      assert.equal("1", api:get("t", 1).id)
      assert.equal("1", api:get("t", 1).id)
    end, { cache = true })
  end)
end)

describe("the options of cassettes", function()
  it("are checked", function()
    local function says(expected, options)
      options.url = "http://127.0.0.1:9"
      assert.equal(expected, usage_error(function() harnest.new(options) end))
    end
    says("option cassette: expected the path of a file, or a table with it, got 1", { cassette = 1 })
    says("option cassette: expected a table with path, the file, got one without", { cassette = {} })
    says("option cassette.path: expected a string, got an empty string", { cassette = "" })
    says("option cassette.paht: unknown; did you mean path?",
      { cassette = { paht = "x" } })
    says("option cassette.filter: expected a function, got table", { cassette = { path = "x", filter = {} } })
    says("option cassette.max_age: expected a finite number of seconds above 0, got string",
      { cassette = { path = "x", max_age = "1" } })
    says("option cassette.ignore: expected a string or an array of strings, got a table of names and values",
      { cassette = { path = "x", ignore = { a = "b" } } })
    says("option cassette_mode: expected a cassette with it, got none", { cassette_mode = "replay" })
    says("option cassette_mode: expected \"once\", \"replay\", \"record\" or \"check\", got \"play\"",
      { cassette = "x", cassette_mode = "play" })
    says("option cassette.mode: expected \"once\", \"replay\", \"record\" or \"check\", got \"play\"",
      { cassette = { path = "x", mode = "play" } })
  end)
end)

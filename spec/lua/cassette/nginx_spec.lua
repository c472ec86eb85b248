-- Cassettes in nginx: the example gateway and a script, recorded and played.

if not jit then return end

local cjson = require "cjson"
local nginx = require "spec.support.nginx"
local sandbox = require "spec.support.sandbox"
local text_file = require "spec.support.text_file"

local CLOSED = "http://127.0.0.1:1/v1/api" -- nothing listens there

describe("a cassette in nginx", function()
  local sb = sandbox.get()
  local path = os.tmpname()

  before_each(function() os.remove(path) end)
  after_each(function() os.remove(path) end)

  -- Starts nginx with the example, and with another location for a script
  local function start(url, token, mode)
    return nginx.start {
      file = "examples/nginx/nginx.conf",
      replace = {
        { "daemon off", "daemon on" }, { "error_log stderr;", "" }, { "/tmp/harnest-gateway.pid", "@DIR@/nginx.pid" },
        { "/tmp/harnest-gateway", "@DIR@/gateway" }, { "127.0.0.1:8080", "127.0.0.1:@PORT@" },
        { "env HARNEST_URL;", ("env HARNEST_URL=%s; env HARNEST_CASSETTE=%s; env HARNEST_CASSETTE_MODE=%s;"):format(url,
          path, mode) },
        { "env HARNEST_TOKEN;", "env HARNEST_TOKEN=" .. token .. ";" },
      },
    }
  end

  it("records until the worker ends, and plays where there is no server", function()
    local host = start(sb.url, sb.token, "record")
    local status, live = host:get "/contracts?status=1"
    local _, all = host:get "/contracts"
    assert.equal(200, status)
    assert.equal(15, #cjson.decode(live))
    host:stop()
    assert.truthy(nginx.wait(function() return text_file.read(path) end), "not written")
    assert.is_nil(text_file.read(path):find(sb.token, 1, true))

    host = start(CLOSED, "", "replay")
    assert.same({ 200, live }, { host:get "/contracts?status=1" })
    assert.same({ 200, all }, { host:get "/contracts" })
    assert.equal(502, (host:get "/contracts?status=3")) -- was not recorded
    local complaints = host:complaints()
    assert.equal(1, #complaints)
    assert.truthy(complaints[1]:find("filter[status]=3", 1, true), complaints[1])
    host:stop()
  end)
end)

-- HTTP/2 streams that fail: streams that the server refuses to process, resets, or fills with headers.

local harnest = require "harnest"
local h2server = require "spec.support.h2server"
local tlsserver = require "spec.support.tlsserver"
local size = require "spec.support.size"

local unpack = table.unpack or unpack

-- The path and query select the answer.
local CODE = [[
  if ngx.var.uri == "/reset" then ngx.exit(444) end
  for i = 1, ngx.var.arg_headers or 0 do ngx.header["X-Large-" .. i] = ("x"):rep(10000) end
]]

describe("an HTTP/2 stream", function()
  local authority, host, api

  local function connect(retries)
    api = harnest.new { url = host.url, token = false, ca_file = authority.ca_file,
      retries = retries, max_retry_wait = 0.01, timeout = 5 }
  end

  -- With the directive `http2_body_preread_size 0` nginx refuses streams with a body until the client has acknowledged
  -- its settings
  local function start(directive, retries)
    host = h2server.start(authority, directive .. h2server.location(CODE))
    connect(retries)
  end

  setup(function() authority = tlsserver.authority() end)
  after_each(function()
    api:close()
    host:stop()
  end)
  teardown(function() authority:remove() end)

  -- Creates that run at once, with different bodies
  local function creates(count, name)
    local functions = {}
    for i = 1, count do
      functions[i] = function() return api:create("things", { attributes = { n = name .. i } }) end
    end
    return functions
  end

  -- libcurl 7.88 often fails to read large headers of parallel streams, but only these calls fail.
  for path, name in pairs { ["/reset"] = "that is reset", ["/large?headers=6"] = "with large headers #slow" } do
    it(name .. " does not disturb others on its connection", function()
      start("", 0)
      assert(api:get("things", 1)) -- opens the connection
      for round = 1, 5 do
        local functions = creates(7, round .. ".")
        functions[8] = function() return api:fetch(path) end
        local results = api:parallel(unpack(functions))
        for i = 1, 7 do assert(results[i][1], tostring(results[i][2])) end
        if path == "/reset" then assert.equal("network", results[8][2].kind) end
      end
      assert.equal(1, api:stats().connections)
    end)
  end

  it("that is refused on a new connection was not processed, and its request is sent again", function()
    start("http2_body_preread_size 0;", 1)
    local _, err = api:create("things", { attributes = { n = 1 } })
    assert.equal("network", err.kind)
    assert.equal(2, err.attempts)
    assert.is_nil(err.message:find("may have been done", 1, true), err.message)
    assert.same({ 0, 0, 0 }, { host.done() })
  end)

  it("that is refused is never sent again without its body", function()
    start("http2_body_preread_size 0;", 0)
    local succeeded = 0
    for round = 1, size(5, 15) do
      api:close()
      connect(0)
      for _, result in ipairs(api:parallel(unpack(creates(16, round .. ".")))) do
        if result[1] then
          succeeded = succeeded + 1
        else
          assert.equal("network", result[2].kind, result[2].message)
        end
      end
    end
    assert.is_true(succeeded > 0)
    assert.same({ succeeded, succeeded, 1 }, { host.done() })
  end)
end)

-- HTTP/2 requests that a server did not process, because it closes the connection by GOAWAY.

local harnest = require "harnest"
local h2server = require "spec.support.h2server"
local tlsserver = require "spec.support.tlsserver"

local unpack = table.unpack or unpack

describe("GOAWAY", function()
  local authority, host

  setup(function()
    authority = tlsserver.authority()
    host = h2server.start(authority, "keepalive_requests 20;" .. h2server.location())
  end)
  teardown(function()
    host:stop()
    authority:remove()
  end)

  for _, loop in ipairs { false, "manual" } do
    it("loses no write and repeats none, " .. (loop and "on the worker thread #slow" or "in blocking calls"), function()
      local bodies, requests = host.done()
      local api = harnest.new { url = host.url, token = "a-token", retries = 3,
        ca_file = authority.ca_file, max_connections = 8, loop = loop or nil }
      local failed = {}
      local function run()
        for round = 1, 5 do
          local functions = {}
          for i = 1, 100 do
            functions[i] = function()
              return api:create("things", { attributes = { n = tostring(loop) .. round * 1000 + i } })
            end
          end
          for _, result in ipairs(api:parallel(unpack(functions))) do
            if not result[1] then failed[#failed + 1] = tostring(result[2]) end
          end
        end
      end
      if loop then
        api:spawn(run)
        while api:step(1) > 0 do end
      else
        run()
      end
      api:close()
      assert.same({}, failed)
      assert.same({ bodies + 500, requests + 500, 1 }, { host.done() })
    end)
  end
end)

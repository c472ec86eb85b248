-- HTTP/2 requests that a server did not process, because it closes the connection by GOAWAY.

local harnest = require "harnest"
local nginx = require "spec.support.nginx"
local tlsserver = require "spec.support.tlsserver"

local unpack = table.unpack or unpack

-- Closes each connection after 20 requests. Counts the requests of each name, which is the last
-- part of the path.
local SERVER = [[
  lua_shared_dict done 1m;
  keepalive_requests 20;
  server {
    listen 127.0.0.1:@OTHER@ ssl http2;
    ssl_certificate "%s/good.pem";
    ssl_certificate_key "%s/good.key";
    location / {
      content_by_lua_block {
        ngx.req.read_body()
        ngx.shared.done:incr(ngx.req.get_body_data() or "", 1, 0)
        ngx.sleep(0.005)
        ngx.status = 201
        ngx.header["Content-Type"] = "application/vnd.api+json"
        ngx.print('{"data":{"type":"things","id":"1"}}')
      }
    }
  }
]]

-- Returns the numbers of bodies, of requests, and of the most requests with one body
local DONE = [[
  location = /done {
    content_by_lua_block {
      local keys, requests, most = ngx.shared.done:get_keys(0), 0, 0
      for _, key in ipairs(keys) do
        local count = ngx.shared.done:get(key)
        requests, most = requests + count, math.max(most, count)
      end
      ngx.print(#keys, " ", requests, " ", most)
    }
  }
]]

describe("GOAWAY", function()
  local authority, host

  setup(function()
    authority = tlsserver.authority()
    authority:good()
    host = nginx.start { http = SERVER:format(authority.dir, authority.dir), server = DONE }
  end)
  teardown(function()
    host:stop()
    authority:remove()
  end)

  for _, loop in ipairs { false, "manual" } do
    it("loses no write and repeats none, " .. (loop and "on the worker thread" or "in blocking calls"), function()
      local _, before = host:get "/done"
      local bodies, requests = before:match "^(%d+) (%d+)"
      local api = harnest.new { url = "https://127.0.0.1:" .. host.other_port, token = "a-token", retries = 3,
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
      local _, after = host:get "/done"
      assert.equal(("%d %d 1"):format(bodies + 500, requests + 500), after)
    end)
  end
end)

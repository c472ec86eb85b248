-- An nginx that speaks HTTP/2 over TLS and counts requests by their bodies.

local nginx = require "spec.support.nginx"

local h2server = {}

local SERVER = [[
  lua_shared_dict done 1m;
  server {
    listen 127.0.0.1:@OTHER@ ssl http2;
    ssl_certificate "%s/good.pem";
    ssl_certificate_key "%s/good.key";
    %s
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

-- A location that counts the request, runs Lua code, and answers with a resource
local LOCATION = [[
  location / {
    content_by_lua_block {
      ngx.req.read_body()
      ngx.shared.done:incr(ngx.req.get_body_data() or "", 1, 0)
      ngx.sleep(0.005)
      %s
      ngx.status = ngx.req.get_method() == "POST" and 201 or 200
      ngx.header["Content-Type"] = "application/vnd.api+json"
      ngx.print('{"data":{"type":"things","id":"1"}}')
    }
  }
]]

-- Starts a server with a certificate of the authority (see tlsserver.lua) and these directives:
-- {url} beside the members of nginx.start, and done(), which returns the three numbers
function h2server.start(authority, directives)
  authority:good()
  local host = nginx.start { http = SERVER:format(authority.dir, authority.dir, directives), server = DONE }
  host.url = "https://127.0.0.1:" .. host.other_port
  function host.done()
    local _, text = host:get "/done"
    local bodies, requests, most = text:match "^(%d+) (%d+) (%d+)$"
    return tonumber(bodies), tonumber(requests), tonumber(most)
  end
  return host
end

-- The directives of a location that answers all requests; `code` is Lua code to run before
function h2server.location(code)
  return LOCATION:format(code or "")
end

return h2server

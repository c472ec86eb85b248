--- Runs ticker.lua in a content handler of nginx.
--   luajit bench/nginx_ticker.lua ROUNDS

local nginx = require "spec.support.nginx"

local host = nginx.start {
  http = 'lua_package_path "./?.lua;;";',
  server = [[
    location / { content_by_lua_block { assert(loadfile "bench/ticker.lua")() } }
  ]],
}
local fine, status, text = pcall(host.get, host, "/?rounds=" .. (tonumber(arg[1]) or 3))
host:stop()
assert(fine, status)
assert(status == 200, text)
io.write(text)

-- Random use of the public API in a content handler of a real nginx: runs random.lua there.
--   nginx.lua SEED SECONDS JOURNAL [FIRST]     in LuaJIT; spec/random/run calls it

package.path = "./?.lua;" .. package.path
local nginx = require "spec.support.nginx"

local SEED, SECONDS, JOURNAL, FIRST = arg[1], arg[2], arg[3], arg[4] or "1"
local GRACE = 60 -- seconds

local host = nginx.start {
  server = ([[
    location = / {
      content_by_lua_block {
        package.loaded["spec.support.loops"] = { require "spec.support.nginx_loop" }
        arg = { "nginx", "%s", "%s", "%s", "%s" }
        local fine, err = pcall(assert(loadfile "spec/random/random.lua"))
        if not fine then ngx.print(tostring(err)) end
      }
    }
  ]]):format(SEED, SECONDS, JOURNAL, FIRST),
}
local connection = host:ask "/"
connection:settimeout(SECONDS + GRACE)
local answer, problem = connection:receive "*a"
connection:close()
local complaints = host:complaints()
host:stop()
local summary = answer and answer:match "\r\n\r\n(%d+ operations.*)$"
if not summary then
  error(("%s\n%s"):format(answer or "no answer: " .. problem, table.concat(complaints, "\n")), 0)
end
print((summary:gsub("\n$", "")))

-- loop = "nginx", in a real one. It has LuaJIT, so these are for one Lua.

if not jit then return end

local collected = require "spec.support.collected"
local nginx = require "spec.support.nginx"
local nginx_loop = require "spec.support.nginx_loop"

local LOOP_SPEC = "spec/loop_spec.lua"

describe("in nginx", function()
  local host

  setup(function()
    host = nginx.start {
      server = [[
        location = /spec {
          content_by_lua_block {
            local collected, wanted = require "spec.support.collected", ngx.unescape_uri(ngx.var.arg_name)
            for _, test in ipairs(collected("]] .. LOOP_SPEC .. [[", { require "spec.support.nginx_loop" })) do
              if test.name == wanted then
                local fine, err = pcall(test.run)
                return ngx.print(fine and "fine" or tostring(err))
              end
            end
            ngx.print "there is no such spec"
          }
        }
        location = /outside {
          set_by_lua_block $outside { require("spec.support.nginx_loop").in_set() }
          return 204;
        }
      ]],
    }
  end)
  teardown(function() host:stop() end)

  for _, test in ipairs(collected(LOOP_SPEC, { nginx_loop })) do
    if test.name:find "^loop nginx " then
      it(test.name, function()
        local status, body = host:get("/spec?name=" .. test.name:gsub("%W", function(c) return ("%%%02X"):format(c:byte()) end))
        assert.same({ 200, "fine" }, { status, body })
        assert.same({}, host:complaints())
      end)
    end
  end
end)

-- Loops that are no longer used.

local harnest = require "harnest"
local sandbox = require "spec.support.sandbox"

describe("loop", function()
  -- PUC Lua 5.1 and LuaJIT have no ephemeron tables
  it("leaves no memory of loops that are no longer used #slow", function()
    local sb = sandbox.get()
    local api = harnest.new { url = sb.url, token = sb.token, dialect = "harnest" }
    local function ask() return api:get("contracts", 1) end
    local uses = {
      parallel = function() assert.equal("1", api:parallel(ask)[1][1].id) end,
      ["a client closed"] = function()
        local other, over = harnest.new { url = sb.url, token = sb.token, dialect = "harnest", loop = "manual" }, false
        other:spawn(function() over = other:get("contracts", 1) end)
        while not over do other:step(1) end
        other:close()
      end,
      ["a client with a waiting call"] = function()
        local other = harnest.new { url = sb.url, token = sb.token, dialect = "harnest", loop = "manual" }
        other:spawn(function() other:get("contracts", 1) end)
        other:step(0)
      end,
    }
    local function used(use, count)
      for _ = 1, count do use() end
      for _ = 1, 4 do collectgarbage() end
      return collectgarbage "count"
    end
    for name, use in pairs(uses) do
      local before = used(use, 20)
      local more = used(use, 100) - before
      assert(more < 50, ("%s: %.0f kB"):format(name, more))
    end
    api:close()
  end)
end)

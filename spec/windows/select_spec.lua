-- The engine's descriptor on Windows: a socket that LuaSocket's select polls, in a loop of a script's own.

if package.config:sub(1, 1) ~= "\\" then return end

local socket = require "socket"
local harnest = require "harnest"
local sandbox = require "spec.support.sandbox"

-- A loop of one client, which polls the descriptor only
local function new_loop()
  local loop = { turns = 0 }
  loop.table = {
    watch = function(client, drive, at_once)
      loop.client, loop.drive, loop.at_once = client, drive, at_once
    end,
    unwatch = function() loop.client = nil end,
  }

  function loop.turn()
    local descriptor = loop.client:pollfd()
    local timeout = loop.at_once and 0 or loop.client:timeout()
    loop.turns = loop.turns + 1
    local ready = socket.select({ { getfd = function() return descriptor end } }, nil, timeout)
    if #ready > 0 or timeout then
      loop.at_once = false
      loop.drive()
    end
  end

  return loop
end

describe("select over the descriptor", function()
  local sb = sandbox.get()

  it("ends a turn when a response has arrived", function()
    local loop = new_loop()
    local api = harnest.new { url = sb.url, token = sb.token, loop = loop.table }
    local counts, running = {}, 0
    for i = 1, 3 do
      running = running + 1
      coroutine.wrap(function()
        counts[i] = 0
        for _ in api:list("contracts", { page = { size = 20 + i }, limit = 500 }) do counts[i] = counts[i] + 1 end
        running = running - 1
      end)()
    end
    while running > 0 do loop.turn() end
    assert.same({ 500, 500, 500 }, counts)
    assert.is_true(loop.turns < 1000)
    assert.is_nil(loop.client)
    api:close()
  end)
end)

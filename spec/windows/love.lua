-- Runs examples/love without LÖVE and without a screen, until its list ends:
--   love.lua TYPE COUNT SIZE

local socket = require "socket"

package.path = "examples/love/?.lua;" .. package.path

local exit_code

local function nothing() end

love = {
  timer = { getTime = socket.gettime, sleep = socket.sleep },
  graphics = setmetatable({}, { __index = function() return nothing end }),
  event = { quit = function(code) exit_code = code end },
}

function love.graphics.captureScreenshot(save)
  save { encode = function() return { getString = function() return "" end } end }
end

require "main"
local picture = os.tmpname()
love.load { arg[1], arg[2], arg[3], picture }
while not exit_code do
  love.update()
  love.draw()
end
os.remove(picture)
os.exit(exit_code, true)

--- Lists a collection in a game without stopping its animation: each frame steps the client.
--   love examples/love [TYPE [COUNT [SIZE [PICTURE]]]]      default: 2000 contracts by pages of 100
-- With PICTURE it ends after the list, prints the longest frame, and saves the last frame as PNG to
-- that path. Needs HARNEST_URL (or HARNEST_COMPANY) and HARNEST_TOKEN.

local harnest = require "harnest"
local frames = require "frames"

local BUDGET = 0.004 -- seconds of each frame for the list
local WARM_UP = 30   -- frames before the list starts
local ROWS = 17

local api, kind, count, size, picture
local listed, recent, over, failure = 0, {}, false, nil
local steps = { longest = 0 }
local warm_up, angle = WARM_UP, 0

local function list()
  for resource in api:list(kind, { include = "owner", page = { size = size }, limit = count }) do
    listed = listed + 1
    table.insert(recent, 1, resource)
    recent[ROWS + 1] = nil
  end
end

function love.load(arguments)
  kind, count, size = arguments[1] or "contracts", tonumber(arguments[2] or 2000), tonumber(arguments[3] or 100)
  picture = arguments[4]
  api = harnest.new { loop = "manual", dialect = "harnest" }
end

local function begin()
  frames.restart()
  api:spawn(function()
    local fine, err = pcall(list)
    over, failure = true, not fine and tostring(err) or nil
  end)
end

local function report()
  print(("%d %s in %d frames of 1/60 s; longest frame %.1f ms, longest step %.1f ms"):format(
    listed, kind, #frames.lengths, frames.longest * 1000, steps.longest * 1000))
end

--- Saves the last frame and ends the program.
local function save(image)
  local file = assert(io.open(picture, "wb"))
  file:write(image:encode("png"):getString())
  file:close()
  love.event.quit(0)
end

local function finish()
  api:close()
  api = nil
  if failure then
    io.stderr:write(failure, "\n")
    if picture then
      love.event.quit(1)
    end
  elseif picture then
    report()
    love.graphics.captureScreenshot(save)
  end
end

function love.update()
  frames.begin()
  angle = angle + 2 * frames.SECONDS
  if warm_up > 0 then
    warm_up = warm_up - 1
    if warm_up == 0 then
      begin()
    end
  elseif api then
    local started = love.timer.getTime()
    api:step(0, BUDGET)
    steps.longest = math.max(steps.longest, love.timer.getTime() - started)
    if over then
      finish()
    end
  end
end

local function draw_rows()
  for i, resource in ipairs(recent) do
    local attributes, owner = resource.attributes, resource:related "owner"
    local y = 70 + 26 * (i - 1)
    love.graphics.setColor(0.9, 0.92, 0.95, 1 - 0.8 * (i - 1) / ROWS)
    love.graphics.printf(resource.id, 24, y, 60, "right")
    love.graphics.print((attributes.title:gsub("%s+", " ")), 104, y)
    love.graphics.print(owner and owner.attributes.name or "", 380, y)
  end
end

local function draw_orbit()
  for i = 1, 24 do
    local at = angle - i * 0.11
    love.graphics.setColor(0.35, 0.75, 1, 1 - i / 25)
    love.graphics.circle("fill", 780 + 90 * math.cos(at), 170 + 60 * math.sin(2 * at), 10 - i / 3)
  end
end

-- Draws the lengths of the last frames as bars, and a line at 1/60 s.
local function draw_lengths()
  local first = math.max(1, #frames.lengths - 119)
  for i = first, #frames.lengths do
    local height = frames.lengths[i] * 4000
    love.graphics.setColor(0.3, 0.8, 0.5)
    love.graphics.rectangle("fill", 660 + 2 * (i - first), 460 - height, 1, height)
  end
  love.graphics.setColor(1, 0.6, 0.2)
  love.graphics.line(660, 460 - frames.SECONDS * 4000, 900, 460 - frames.SECONDS * 4000)
  love.graphics.setColor(0.7, 0.74, 0.8)
  love.graphics.print(("longest frame %.1f ms (the line: 16.7)"):format(frames.longest * 1000), 660, 470)
end

function love.draw()
  love.graphics.clear(0.09, 0.11, 0.15)
  love.graphics.setColor(1, 1, 1)
  love.graphics.print(("%d %s%s"):format(listed, kind, over and "" or " …"), 24, 24, 0, 1.6)
  draw_rows()
  draw_orbit()
  draw_lengths()
  if failure then
    love.graphics.setColor(1, 0.4, 0.4)
    love.graphics.printf(failure, 24, 500, 900)
  end
end

--- Limits the program to 60 frames a second and measures the length of each frame.

local frames = {
  SECONDS = 1 / 60,
  lengths = {}, -- from the start of one frame to the start of the next, in seconds
  longest = 0,  -- maximum of lengths
}

local begun, due

--- Call this at the start of each frame. It waits until the frame is due.
function frames.begin()
  local now = love.timer.getTime()
  if due and now < due then
    love.timer.sleep(due - now)
    now = love.timer.getTime()
  end
  if begun then
    local length = now - begun
    frames.lengths[#frames.lengths + 1] = length
    frames.longest = math.max(frames.longest, length)
  end
  begun = now
  due = math.max((due or now) + frames.SECONDS, now)
end

--- Discards the measurements.
function frames.restart()
  frames.lengths, frames.longest = {}, 0
end

return frames

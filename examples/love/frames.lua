--- Keeps the time of 60 frames a second, and how long each of them was.

local frames = {
  SECONDS = 1 / 60,
  lengths = {}, -- from the beginning of one frame to that of the next, in seconds
  longest = 0,  -- of them
}

local begun, due

--- To be called at the beginning of a frame: waits until it is due.
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

--- Forgets what was measured so far.
function frames.restart()
  frames.lengths, frames.longest = {}, 0
end

return frames

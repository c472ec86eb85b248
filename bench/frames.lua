--- Lists 10,000 resources by pages of 500 in a program with 60 frames a second, of which harnest
-- may use 2 ms each. Prints the longest frame, from its start to the start of the next one, and the
-- longest step.
--   lua bench/frames.lua ROUNDS

local harnest = require "harnest"
local socket = require "socket"

local FRAME, BUDGET, COUNT, SIZE = 1 / 60, 0.002, 10000, 500
local rounds = tonumber(arg[1]) or 3

local api = harnest.new { url = os.getenv "HARNEST_URL", dialect = "harnest", loop = "manual" }

--- Lists once. Returns the longest frame and step, in seconds, and the number of frames.
local function measure()
  local count, over = 0, false
  api:spawn(function()
    api:list("bulk", { page = { size = SIZE }, limit = COUNT }):each(function() count = count + 1 end)
    over = true
  end)
  local frame, step, frames, begun, due = 0, 0, 0, nil, socket.gettime()
  while not over do
    socket.sleep(math.max(0, due - socket.gettime()))
    local now = socket.gettime()
    frame, begun, due = math.max(frame, begun and now - begun or 0), now, math.max(due + FRAME, now)
    api:step(0, BUDGET)
    step, frames = math.max(step, socket.gettime() - now), frames + 1
  end
  assert(count == COUNT, count)
  return frame, step, frames
end

measure() -- the server computes its pages once
local frame, step, frames = 0, 0, 0
for _ = 1, rounds do
  local its_frame, its_step, its_frames = measure()
  frame, step, frames = math.max(frame, its_frame), math.max(step, its_step), math.max(frames, its_frames)
end
print(("  %-8s longest frame %.1f ms, longest step %.1f ms, in %d frames"):format(
  jit and "LuaJIT" or _VERSION, frame * 1000, step * 1000, frames))

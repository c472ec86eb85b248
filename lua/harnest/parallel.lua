--- Functions side by side, in every mode: each in a coroutine of the loop that the caller waits by.

local array = require "harnest.array"
local core = require "harnest.core"
local manual = require "harnest.loop.manual"
local scheduler = require "harnest.scheduler"

--- Runs functions side by side and waits for all of them.
-- @param ...  functions
-- @return an array with a pair {result, err} for each, in order; a function that raises has what it raised as its err
return function(client, ...)
  local count, results, left = select("#", ...), array.new {}, select("#", ...)
  for i = 1, count do
    local fn = (select(i, ...))
    if type(fn) ~= "function" then
      core.usage_error(("parallel: argument %d: expected a function, got %s"):format(i, type(fn)))
    end
  end
  scheduler.in_use = true
  local loop = scheduler.loop_of(client)
  local own = not loop and manual.new() or nil
  local this = loop and scheduler.this(loop)
  local runner, spawned = loop or own, {}
  for i = 1, count do
    local fn = (select(i, ...))
    results[i] = false
    spawned[i] = runner.spawn(fn, function(fine, result, err)
      results[i] = fine and { result, err } or { nil, result }
      left = left - 1
      if left == 0 and this then
        loop.wake(this)
      end
    end)
  end
  while left > 0 do
    if loop then
      loop.sleep(this)
    elseif own.is_busy() then
      own.step(math.huge)
    else
      core.usage_error "parallel: a function yielded to something else than this client"
    end
  end
  if loop and loop.join then
    for i = 1, count do
      loop.join(spawned[i])
    end
  end
  return results
end

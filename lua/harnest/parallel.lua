--- Runs functions concurrently: each in a coroutine of the caller's loop, or of an internal manual
-- loop if the client blocks.

local array = require "harnest.array"
local core = require "harnest.core"
local manual = require "harnest.loop.manual"
local scheduler = require "harnest.scheduler"

--- Runs functions concurrently and waits for all of them.
-- @param client  the client
-- @param ...     functions without arguments
-- @return an array with a pair {result, err} for each function, in order; if a function raises, err
-- is its error
-- Raises a usage error if an argument is not a function.
return function(client, ...)
  local count, results, left = select("#", ...), array.new {}, select("#", ...)
  for i = 1, count do
    local fn = (select(i, ...))
    if type(fn) ~= "function" then
      core.usage_error(("parallel: argument %d: expected a function, got %s"):format(i,
        core.describe(fn)))
    end
  end
  local loops = scheduler.use()
  local loop = loops.loop_of(client)
  local own = not loop and manual.new() or nil
  local this = loop and loops.this(loop)
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
  if loop then
    loops.sleep_until(loop, this, function()
      return left == 0
    end, function()
      for i = 1, count do
        spawned[i]:cancel()
      end
    end)
  end
  while left > 0 and own.is_busy() do -- if it is not busy, the others yielded; nothing resumes them
    own.step(math.huge)
  end
  if own then
    own.raise_failed() -- out of memory, in place of a result
  end
  for i = 1, count do
    results[i] = results[i] or { nil, "parallel: the function yielded outside of this client's calls" }
  end
  if loop and loop.join then
    for i = 1, count do
      loop.join(spawned[i])
    end
  end
  return results
end

--- Runs a function for many items, several at once.

local copcall = require "harnest.copcall"

local pool = {}

--- Runs `work(…)` with what `take()` returns, until it returns nil or something raises.
-- @param api    the client, whose calls `work` makes
-- @param count  number: how many run at once
-- @param take   function: returns the next item, or nil
-- @param work   function
-- Raises what `take` or `work` raised first, after the others have ended their item.
function pool.run(api, count, take, work)
  local failed, raised

  local function attempt()
    local item = take()
    if item == nil then
      return false
    end
    work(item)
    return true
  end

  local function worker()
    local goes_on = true
    while goes_on and not failed do
      local done, result = copcall(attempt) -- pcall cannot yield in PUC Lua 5.1
      if not done and not failed then
        failed, raised = true, result
      end
      goes_on = done and result
    end
  end

  if count == 1 then
    worker()
  else
    local workers = {}
    for i = 1, count do
      workers[i] = worker
    end
    api:parallel((table.unpack or unpack)(workers))
  end
  if failed then
    error(raised, 0)
  end
end

return pool

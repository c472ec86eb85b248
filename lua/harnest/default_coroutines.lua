--- The coroutine functions that a loop gets if it brings none of its own: plain Lua coroutines.
-- See harnest.scheduler for what each function of a loop does.

local default_coroutines = {}

--- Returns the calling coroutine; nil in the main one, which cannot yield.
function default_coroutines.this()
  local this, is_main = coroutine.running()
  return not is_main and this or nil
end

--- Suspends the calling coroutine.
function default_coroutines.sleep()
  coroutine.yield()
end

--- Returns whether a coroutine has ended, as after coroutine.close.
function default_coroutines.is_dead(this)
  return coroutine.status(this) == "dead"
end

-- The `done` function of each coroutine that was spawned. fn itself does not run within pcall: PUC
-- Lua 5.1 cannot yield across one.
local done_functions = setmetatable({}, { __mode = "k" })

--- Reports the end of a coroutine, from the results of coroutine.resume.
-- @return true, and the first value that it yielded if it is suspended; or false and what the
-- coroutine raised, if it has no `done` function
local function after_resume(this, fine, ...)
  if fine and coroutine.status(this) == "suspended" then
    return true, (...)
  end
  local done = done_functions[this]
  done_functions[this] = nil
  if done then
    done(fine, ...)
    return true
  end
  return fine, (...)
end

--- Resumes a coroutine if it is suspended.
-- @return as after_resume
function default_coroutines.resume(this)
  if coroutine.status(this) == "suspended" then
    return after_resume(this, coroutine.resume(this))
  end
  return true
end

--- Resumes a coroutine if it is suspended. If it raises, this raises a text with the message and the
-- coroutine's traceback. The text reaches the host's own code, and hosts need not accept tables as
-- errors: Neovim 0.7 crashes.
function default_coroutines.wake(this)
  local fine, err = default_coroutines.resume(this)
  if not fine then
    local has_text, text = pcall(tostring, err)
    error(debug.traceback(this, has_text and text or type(err)), 0)
  end
end

--- Makes a coroutine.
-- @param fn    function to run in it
-- @param done  function or nil: called at its end with true and fn's results, or false and an error
-- @return the coroutine, suspended
function default_coroutines.create(fn, done)
  local this = coroutine.create(fn)
  done_functions[this] = done
  return this
end

--- Runs a function in a new coroutine now. Arguments as for create.
function default_coroutines.spawn(fn, done)
  default_coroutines.wake(default_coroutines.create(fn, done))
end

--- Calls done(false, err) for a coroutine that was closed while it was suspended.
-- Does nothing for one without a `done` function.
function default_coroutines.report_closed(this, err)
  local done = done_functions[this]
  done_functions[this] = nil
  if done then
    done(false, err)
  end
end

return default_coroutines

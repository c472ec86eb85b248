--- The coroutine functions that a loop gets if it brings none of its own: plain Lua coroutines.
-- See harnest.loop_scheduler for what each function of a loop does.

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

-- PUC Lua 5.1 cannot yield across pcall.
local can_yield_across_pcall = _VERSION ~= "Lua 5.1" or jit ~= nil

-- The `done` function of each coroutine that was spawned and has not reported its end.
local done_functions = setmetatable({}, { __mode = "k" })

--- Calls the `done` function of a coroutine, once.
-- @return whether there was one
local function report(this, ...)
  local done = done_functions[this]
  done_functions[this] = nil
  if done then
    done(...)
  end
  return done ~= nil
end

--- Evaluates the results of coroutine.resume.
-- @return true, and the first value that it yielded if it is suspended; or false and what the
-- coroutine raised, if it has no `done` function
local function after_resume(this, fine, ...)
  if not fine and report(this, false, ...) then
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
local function resume_or_raise(this)
  local fine, err = default_coroutines.resume(this)
  if not fine then
    local has_text, text = pcall(tostring, err)
    error(debug.traceback(this, has_text and text or type(err)), 0)
  end
end

local depth = 0

--- Returns how deep calls of default_coroutines.wake are nested.
function default_coroutines.wake_depth()
  return depth
end

--- Resumes a coroutine that waits, as resume_or_raise does.
function default_coroutines.wake(this)
  local before = depth
  depth = before + 1
  local fine, err = pcall(resume_or_raise, this)
  depth = before
  if not fine then
    error(err, 0)
  end
end

--- Makes a coroutine. It reports its end itself, because other code may resume it: a timer of luv,
-- for example. In PUC Lua 5.1, an error is reported only if harnest resumed it.
-- @param fn    function to run in it
-- @param done  function or nil: called at its end with true and fn's results, or false and an error
-- @return the coroutine, suspended
function default_coroutines.create(fn, done)
  if not done then
    return coroutine.create(fn)
  end
  local this
  this = coroutine.create(function()
    if can_yield_across_pcall then
      report(this, pcall(fn))
    else
      report(this, true, fn())
    end
  end)
  done_functions[this] = done
  return this
end

--- Runs a function in a new coroutine now. Arguments as for create.
function default_coroutines.spawn(fn, done)
  resume_or_raise(default_coroutines.create(fn, done))
end

--- Raises what coroutines have raised: one value unchanged, several in one text. Does nothing for none.
-- @param errors  array with the field `n`
function default_coroutines.raise(errors)
  if errors.n == 1 then
    error(errors[1], 0)
  elseif errors.n > 1 then
    local texts = {}
    for i = 1, errors.n do
      texts[i] = tostring(errors[i])
    end
    error(("%d coroutines failed:\n%s"):format(errors.n, table.concat(texts, "\n")), 0)
  end
end

--- Calls done(false, err) for a coroutine that was closed while it was suspended.
-- Does nothing for one without a `done` function.
function default_coroutines.report_closed(this, err)
  report(this, false, err)
end

return default_coroutines

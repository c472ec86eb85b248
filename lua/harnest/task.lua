--- Tasks: the coroutines of a manual loop, as api:spawn returns them.
--
-- A task keeps what its function returned or raised. If the function raises, the error is for
-- task:result(). The loop raises it in the step after that, unless the script has asked by then.
--
-- Fields: coroutine; loop; is_idle (it has not begun, or has yielded outside of harnest);
-- owner (see loop.spawn of the manual loop); is_cancelled; is_over; results (packed) or err;
-- is_claimed (the script has asked for the result); joiners (array of the tasks that wait for the
-- result); cancel_wait (function) and waits_for (its argument), while the task waits.

local core = require "harnest.core"
local default_coroutines = require "harnest.default_coroutines"

local task = {}

local methods = {}
local class = { __index = methods }

local error_metatable = getmetatable(core.error("cancelled", ""))
local unpack = table.unpack or unpack

-- The task of each coroutine. Both are weak. A coroutine's function keeps its task alive.
local tasks = setmetatable({}, { __mode = "kv" })

local function cancelled_error()
  return core.error("cancelled", "cancelled: the task was cancelled")
end

--- Wakes the tasks that wait for the result of one that is over.
local function wake_joiners(self)
  local joiners = self.joiners
  self.joiners = nil
  for _, joiner in ipairs(joiners or {}) do
    joiner.loop.wake(joiner.coroutine)
  end
end

--- Keeps the results of a task's function.
local function succeed(self, ...)
  self.results, self.is_over = { n = select("#", ...), ... }, true
  wake_joiners(self)
end

--- Adds a coroutine's traceback to what it raised: to a text, or to an error object as its field
-- `traceback`. Other values are returned unchanged.
local function with_traceback(this, err)
  if type(err) == "string" then
    return debug.traceback(this, err)
  elseif getmetatable(err) == error_metatable and rawget(err, "traceback") == nil then
    err.traceback = debug.traceback(this)
  end
  return err
end

--- Makes a task, which the loop has to resume.
-- @param loop  a manual loop
-- @param fn    function to run
-- @param done  function or nil: called at the end with true and fn's results, or false and an error;
--              then the task keeps neither
function task.new(loop, fn, done)
  local self = setmetatable({ loop = loop, is_idle = true }, class)
  self.coroutine = done and default_coroutines.create(fn, done) or coroutine.create(function()
    succeed(self, fn())
  end)
  tasks[self.coroutine] = self
  return self
end

--- Returns the task of a coroutine; nil if it is none of a manual loop.
function task.of(this)
  return tasks[this]
end

--- Returns the task that calls; nil if none does.
function task.running()
  local this = coroutine.running()
  return this and tasks[this] or nil
end

--- Returns whether a task that was cancelled calls.
function task.is_cancelled()
  local self = task.running()
  return self ~= nil and self.is_cancelled == true
end

--- Records for what a task waits: task:cancel() calls `cancel(subject)`, at once if the task was
-- cancelled before. What the task waits for must wake it then.
function task.begin_wait(self, cancel, subject)
  self.cancel_wait, self.waits_for = cancel, subject
  if self.is_cancelled then
    cancel(subject)
  end
end

--- Records that a task no longer waits.
function task.end_wait(self)
  self.cancel_wait, self.waits_for = nil, nil
end

--- Records what a task's function raised.
-- @return whether the loop has to raise it if the script does not ask for it
function task.fail(self, err)
  local is_expected = (self.is_cancelled or self.owner and self.owner.is_closed)
    and getmetatable(err) == error_metatable and err.kind == "cancelled"
  self.err, self.is_over = with_traceback(self.coroutine, err), true
  self.is_claimed = self.joiners ~= nil
  wake_joiners(self)
  return not is_expected and not self.is_claimed
end

--- Ends a cancelled task that is suspended outside of harnest or has not begun. Lua 5.4 closes the
-- coroutine's variables.
function task.close(self)
  self.is_over = true
  if coroutine.close then
    local fine, err = coroutine.close(self.coroutine)
    if not fine then
      self.loop.fail(self, err)
      return
    end
  end
  self.err = cancelled_error()
  default_coroutines.report_closed(self.coroutine, self.err)
  wake_joiners(self)
end

--- Raises a usage error if a method is called without its task.
local function check(self, name)
  if getmetatable(self) ~= class then
    core.usage_error(("%s: expected a task, got %s; methods are called as task:name()"):format(name,
      core.describe(self)))
  end
end

--- `task:cancel()`: cancels the calls that the task waits for: they fail with kind `cancelled` in the
-- next step. So do all further calls of its function. A function that has not begun, or that yields
-- by itself, ends there. Idempotent; does nothing if the task is done.
function methods.cancel(self)
  check(self, "cancel")
  if self.is_cancelled or self:done() then
    return
  end
  self.is_cancelled = true
  if self.cancel_wait then
    self.cancel_wait(self.waits_for)
  elseif self.is_idle then
    task.close(self)
  end
end

--- `task:done()`: returns whether the task's function has ended.
function methods.done(self)
  check(self, "done")
  return self.is_over or coroutine.status(self.coroutine) == "dead"
end

--- Ends the wait of a task for another one's result.
-- @param joining  table: joiner and joined
local function stop_joining(joining)
  local joiners = joining.joined.joiners
  for i, joiner in ipairs(joiners or {}) do
    if joiner == joining.joiner then
      table.remove(joiners, i)
      joining.joined.joiners = joiners[1] and joiners or nil
      joiner.loop.wake(joiner.coroutine)
      return
    end
  end
end

--- Suspends the calling task until another one is done, or the caller is cancelled.
-- Raises a usage error if the caller is not another task that can wait.
local function join(self)
  local caller = task.running()
  if caller == self then
    core.usage_error "result: a task cannot wait for its own result"
  elseif not caller then
    core.usage_error "result: the task is not done; call it in another task, or when task:done() is true"
  elseif coroutine.isyieldable and not coroutine.isyieldable() then
    core.usage_error "result: cannot wait for the task: a function that C code calls cannot yield"
  end
  self.joiners = self.joiners or {}
  table.insert(self.joiners, caller)
  task.begin_wait(caller, stop_joining, { joiner = caller, joined = self })
  while not self:done() and not caller.is_cancelled do
    caller.loop.sleep()
  end
  task.end_wait(caller)
end

--- `task:result()`: returns what the task's function returned. Waits for it if another task calls.
-- @return the results; or nil and what the function raised, with its traceback: a text is followed
-- by it, an error object has it in its field `traceback`. If the task was cancelled and its function
-- ended outside of a call, or if the caller was cancelled, nil and an error of kind `cancelled`
-- Raises a usage error if the task is not done and the caller cannot wait for it.
function methods.result(self)
  check(self, "result")
  if not self:done() then
    join(self)
    if not self:done() then
      return nil, cancelled_error()
    end
  end
  self.is_claimed = true
  if self.results then
    return unpack(self.results, 1, self.results.n)
  elseif self.is_over then
    return nil, self.err
  end
  return nil, core.error("cancelled", "cancelled: the task's coroutine was ended by other code")
end

--- Describes a task: `harnest.task: running`.
function class.__tostring(self)
  local state = "running"
  if self:done() then
    state = self.results and "done" or self.is_cancelled and "cancelled" or "failed"
  elseif self.is_cancelled then
    state = "being cancelled"
  end
  return "harnest.task: " .. state
end

return task

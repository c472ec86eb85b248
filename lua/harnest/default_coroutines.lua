--- Plain coroutines: what a loop's table, see harnest.driver, has where the loop says nothing of coroutines itself.

local plain = {}

function plain.this()
  local this, is_main = coroutine.running()
  return not is_main and this or nil
end

function plain.sleep()
  coroutine.yield()
end

--- Whether a coroutine was ended for good, as coroutine.close does.
function plain.is_dead(this)
  return coroutine.status(this) == "dead"
end

-- What is to be called at the end of coroutines that were spawned. No pcall around what waits: PUC Lua 5.1 cannot yield
-- across one.
local ends = setmetatable({}, { __mode = "k" })

local function resumed(this, fine, ...)
  if fine and coroutine.status(this) == "suspended" then
    return
  end
  local done = ends[this]
  ends[this] = nil
  if done then
    done(fine, ...)
  elseif not fine then
    error((...), 0)
  end
end

--- Resumes a coroutine. What it raises at its end is raised here, unless it was spawned with a `done`.
function plain.wake(this)
  if coroutine.status(this) == "suspended" then
    resumed(this, coroutine.resume(this))
  end
end

--- Makes a coroutine that plain.wake tells the end of: done(true, results…), or done(false, err) when it raised.
function plain.create(fn, done)
  local this = coroutine.create(fn)
  ends[this] = done
  return this
end

function plain.spawn(fn, done)
  plain.wake(plain.create(fn, done))
end

--- Tells the end of a coroutine that was ended while it slept, if it is one of plain.create.
function plain.vanish(this, err)
  local done = ends[this]
  ends[this] = nil
  if done then
    done(false, err)
  end
end

return plain

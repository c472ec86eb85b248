--- The loop of nginx with its Lua module.
-- nginx can watch only its own sockets, so the core's worker thread sends a byte over a unix socket
-- to wake it. A timer (the reader) reads these bytes while a request runs. Coroutines wait by
-- semaphores.

local core = require "harnest.core"

local ngx = ngx or core.usage_error 'option loop: "nginx" works only in code that runs in nginx'
local has_semaphore, semaphore = pcall(require, "ngx.semaphore")
if not has_semaphore then
  core.usage_error 'option loop: "nginx" requires lua-resty-core (ngx.semaphore)'
end

local loop = { name = "nginx" }

-- Phases in which code can yield. The last two need an nginx or OpenSSL with OpenResty's patches:
-- without them nginx ends the coroutine at its first yield.
local phases = {
  server_rewrite = true, rewrite = true, access = true, content = true, timer = true, ssl_cert = true,
  ssl_client_hello = true, ssl_session_fetch = true,
}

-- Seconds between two checks for coroutines that nginx has ended, as when a client disconnects.
local CHECK_INTERVAL = 0.1

-- Seconds that a coroutine waits before it checks that the reader runs: nginx starts no timer when
-- it has too many.
local LONGEST_WAIT = 1

-- Seconds between two attempts to connect to the core.
local RETRY_INTERVAL = 0.05

local NO_TIMEOUT = 2 ^ 31 - 1 -- milliseconds: the longest timeout of a socket
local READ_SIZE = 64 -- bytes

local watched, drive
local begun -- when the reader's timer was started (core.now()); nil if it is not running
local is_running = false -- whether the reader runs
local is_reading = false -- whether the reader waits for a byte
local reader_drives = false -- whether the running coroutine is one of the reader's, which drives

--- Returns a waiter object: a semaphore of its own, and the calling coroutine.
function loop.this()
  local phase = ngx.get_phase()
  if not phases[phase] then
    return nil, ("code cannot yield in the phase %s; call it in a coroutine of the phases rewrite, "
      .. "access, content, ssl_cert, ssl_client_hello, ssl_session_fetch, or of a timer"):format(phase)
  end
  return { semaphore = assert(semaphore.new()), coroutine = coroutine.running() }
end

function loop.wake(this)
  this.semaphore:post()
end

--- Returns whether nginx has ended the coroutine. count() is the number of posts minus the number
-- of waiting coroutines: -1 while the coroutine waits. nginx removes a coroutine that it ends, so
-- that it is 0 then. It is 0 too between two waits, but then the coroutine itself drives. nginx may
-- reuse the Lua thread of an ended coroutine, also for the reader, which never waits for a call. The
-- scheduler never calls is_gone after wake, since it removes a waiter before it wakes it.
function loop.is_gone(this)
  local is_running_itself = not reader_drives and this.coroutine == coroutine.running()
  return not is_running_itself and this.semaphore:count() == 0
end

function loop.spawn(fn, done)
  return ngx.thread.spawn(function()
    done(pcall(fn))
  end)
end

loop.join = ngx.thread.wait

--- Connects to the core's unix socket and starts its notifications.
-- @return the socket; or nil and what is wrong
local function open()
  local path = core.notify_path()
  if not path then
    return nil, "cannot create a unix socket"
  end
  local socket = ngx.socket.tcp()
  socket:settimeouts(1000, 1000, NO_TIMEOUT)
  local fine, err = socket:connect("unix:" .. path, { pool = path })
  if not fine then
    return nil, err
  elseif not core.notify_start() then
    socket:close()
    return nil, "the core did not accept the connection"
  end
  return socket
end

--- Waits for a notification. Returns false if the connection is broken.
local function wait_for_byte(socket)
  is_reading = true
  local bytes = socket:receiveany(READ_SIZE)
  is_reading = false
  return bytes ~= nil
end

--- Drives, and writes what that raises to nginx's log.
local function drive_and_log()
  local fine, err = pcall(drive)
  if not fine then
    ngx.log(ngx.ERR, "harnest: ", err)
  end
end

--- Drives from a coroutine of the reader.
local function drive_from_reader()
  reader_drives = true
  drive_and_log()
  reader_drives = false
end

--- Drives at intervals without a notification: nginx may have ended coroutines.
local function drive_at_intervals()
  while watched do
    ngx.sleep(CHECK_INTERVAL)
    if watched then
      drive_from_reader()
    end
  end
end

--- Reads and drives while a client is watched; then puts the connection into nginx's pool.
local function read()
  local socket, err
  while watched do
    if socket and not core.notify_start() then -- the engine has been replaced
      socket:close()
      socket = nil
    end
    if not socket then
      socket, err = open()
    end
    if not socket then
      ngx.log(ngx.WARN, "harnest: cannot connect to the core, polling instead: ", err)
      ngx.sleep(RETRY_INTERVAL)
    elseif not wait_for_byte(socket) then
      socket:close()
      socket = nil
    end
    if watched then
      drive_from_reader()
    end
  end
  if socket and not socket:setkeepalive(0) then
    socket:close()
  end
end

--- The timer's function.
local function run()
  if is_running then
    return
  end
  is_running = true
  local thread = ngx.thread.spawn(drive_at_intervals)
  local fine, err = pcall(read)
  begun, is_running, is_reading = nil, false, false
  ngx.thread.kill(thread)
  if not fine then
    ngx.log(ngx.ERR, "harnest: ", err)
  end
end

--- Starts the reader's timer.
local function begin()
  begun = core.now()
  local fine, err = ngx.timer.at(0, run)
  if not fine then
    ngx.log(ngx.WARN, "harnest: cannot start a timer, waiting coroutines poll instead: ", err)
  end
end

--- Drives from a waiting coroutine while the reader does not run.
local function drive_from_waiter()
  if not begun or core.now() - begun > LONGEST_WAIT then
    begin()
  end
  drive_and_log()
end

function loop.sleep(this)
  local fine, err = this.semaphore:wait(is_running and LONGEST_WAIT or CHECK_INTERVAL)
  if not fine and err ~= "timeout" then
    error(err, 0)
  end
  if not fine and watched and not is_running then
    drive_from_waiter()
  end
end

function loop.watch(client, drive_it, at_once)
  watched, drive = client, drive_it
  if not begun then
    begin()
  elseif at_once and is_reading then
    core.notify_send()
  end
end

function loop.unwatch()
  if watched then
    if is_reading then
      core.notify_send()
    end
    core.notify_stop()
  end
  watched, drive = nil, nil
end

return loop

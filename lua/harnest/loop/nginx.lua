--- nginx with its Lua module. The thread of the core rings over a unix socket, as nginx can watch nothing else of ours;
-- a timer reads that as long as anything is under way; whoever waits does so by a semaphore.

local core = require "harnest.core"

local ngx = ngx or core.usage_error 'option loop: "nginx" is for code that runs in nginx'
local has_semaphore, semaphore = pcall(require, "ngx.semaphore")
if not has_semaphore then
  core.usage_error 'option loop: "nginx" needs lua-resty-core (ngx.semaphore)'
end

local loop = { name = "nginx" }

-- Phases in which coroutines can wait; all others run to their end at once.
local phases = { server_rewrite = true, rewrite = true, access = true, content = true, timer = true }

-- Seconds between two looks for coroutines that nginx has ended, as it does when a client goes away.
local LOOK = 0.1

-- Seconds after which one who waits sees to it that there is a reader: nginx starts no timer when it has too many.
local LONGEST = 1

-- Seconds between two tries where there is no line.
local PAUSE = 0.05

local MILLISECONDS = 2 ^ 31 - 1 -- for ever, to a socket
local MOST = 64 -- bytes to read at once

local watched, drive
local begun -- when a timer was asked for; nil when there is none
local reads = false -- it runs
local listens = false -- it waits for a byte
local awake -- who drives instead of it

function loop.this()
  local phase = ngx.get_phase()
  if not phases[phase] then
    return nil, ("nothing can wait in the phase %s; "
      .. "call it in a coroutine of the phases rewrite, access, content, or of a timer"):format(phase)
  end
  return assert(semaphore.new())
end

function loop.wake(this)
  this:post()
end

-- Nobody waits by the semaphore of a coroutine that was ended.
function loop.is_gone(this)
  return this ~= awake and this:count() == 0
end

function loop.spawn(fn, done)
  return ngx.thread.spawn(function()
    done(pcall(fn))
  end)
end

loop.join = ngx.thread.wait

--- A connection that the core's thread rings over; or nil and what is wrong.
local function open()
  local client = watched
  local path = core.notify_path(client)
  if not path then
    return nil, "no unix socket can be made"
  end
  local line = ngx.socket.tcp()
  line:settimeouts(1000, 1000, MILLISECONDS)
  local fine, err = line:connect("unix:" .. path, { pool = path })
  if not fine then
    return nil, err
  elseif not core.notify_start(client) then
    line:close()
    return nil, "the connection does not come through"
  end
  return line
end

--- Waits until the thread rings; false when the connection is of no use any more.
local function listen(line)
  listens = true
  local bytes = line:receiveany(MOST)
  listens = false
  return bytes ~= nil
end

--- Drives, whatever comes of it: what is raised is nginx's to log.
local function drive_on()
  local fine, err = pcall(drive)
  if not fine then
    ngx.log(ngx.ERR, "harnest: ", err)
  end
end

--- Drives now and then, though nobody rings: coroutines may have been ended, or what was under way collected.
local function look_on()
  while watched do
    ngx.sleep(LOOK)
    if watched then
      drive_on()
    end
  end
end

--- Reads and drives as long as there is something to watch, and then leaves the connection to the next reader.
local function read()
  local line, err
  while watched do
    if line and not core.notify_start(watched) then -- it is another engine by now
      line:close()
      line = nil
    end
    if not line then
      line, err = open()
    end
    if not line then
      ngx.log(ngx.WARN, "harnest: looks now and then, since the core cannot ring: ", err)
      ngx.sleep(PAUSE)
    elseif not listen(line) then
      line:close()
      line = nil
    end
    if watched then
      drive_on()
    end
  end
  if line and not line:setkeepalive(0) then
    line:close()
  end
end

local function run()
  if reads then
    return
  end
  reads = true
  local looking = ngx.thread.spawn(look_on)
  local fine, err = pcall(read)
  begun, reads, listens = nil, false, false
  ngx.thread.kill(looking)
  if not fine then
    ngx.log(ngx.ERR, "harnest: ", err)
  end
end

local function begin()
  begun = core.now()
  local fine, err = ngx.timer.at(0, run)
  if not fine then
    ngx.log(ngx.WARN, "harnest: those who wait look for themselves, since there is no timer: ", err)
  end
end

--- What the reader would do, done by one who waits.
local function drive_instead(this)
  if not begun or core.now() - begun > LONGEST then
    begin()
  end
  awake = this
  drive_on()
  awake = nil
end

function loop.sleep(this)
  local fine, err = this:wait(reads and LONGEST or LOOK)
  if not fine and err ~= "timeout" then
    error(err, 0)
  end
  if not fine and watched and not reads then
    drive_instead(this)
  end
end

function loop.watch(client, drive_it, at_once)
  watched, drive = client, drive_it
  if not begun then
    begin()
  elseif at_once and listens then
    core.notify_send(client)
  end
end

function loop.unwatch()
  if watched then
    if listens then
      core.notify_send(watched)
    end
    core.notify_stop(watched)
  end
  watched, drive = nil, nil
end

return loop

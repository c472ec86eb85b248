-- Stops the sandbox when its parent process has ended, so that no sandbox outlives its user.

local ffi = require "ffi"

local watch = {}

ffi.cdef "int kill(int pid, int signal); int getppid(void);"

local ESRCH, SIGTERM = 3, 15

local function is_zombie(pid)
  local file = io.open("/proc/" .. pid .. "/stat")
  if not file then return false end
  local line = file:read "*a" or ""
  file:close()
  return line:find("^%d+ %(.*%) Z") ~= nil
end

local function is_gone(pid)
  return ffi.C.kill(pid, 0) ~= 0 and ffi.errno() == ESRCH or is_zombie(pid)
end

function watch.parent(settings)
  if not settings.parent then return end
  assert(ngx.timer.every(0.3, function()
    if not is_gone(settings.parent) then return end
    os.execute("rm -rf '" .. settings.dir .. "'")
    ffi.C.kill(ffi.C.getppid(), SIGTERM)
  end))
end

return watch

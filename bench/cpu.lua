--- CPU time of other processes.

--- Runs a shell command and returns the user and system time of the processes that it starts, in
-- seconds, by the shell's `times`, which may have steps of 10 ms.
return function(command)
  local process = assert(io.popen(command .. "; times"))
  process:read "*l" -- the shell's own time
  local line = process:read "*l"
  process:close()
  local minutes, seconds, system_minutes, system_seconds = line:match "^(%d+)m([%d.]+)s (%d+)m([%d.]+)s"
  return minutes * 60 + seconds + system_minutes * 60 + system_seconds
end

-- The resources of this process: memory and descriptors.

local process_usage = {}

local function kilobytes()
  collectgarbage()
  collectgarbage()
  for line in io.lines "/proc/self/status" do
    local size = line:match "^VmRSS:%s*(%d+)"
    if size then return tonumber(size) end
  end
end

local function descriptors()
  local process = assert(io.popen "ls /proc/$PPID/fd")
  local _, count = process:read("*a"):gsub("\n", "")
  process:close()
  return count
end

-- {kilobytes, descriptors} after a full collection
function process_usage.now()
  return { kilobytes = kilobytes(), descriptors = descriptors() }
end

return process_usage

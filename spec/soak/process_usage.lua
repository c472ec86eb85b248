-- The resources of this process: memory and descriptors.

local lfs = require "lfs"

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
  local count = 0
  for _ in lfs.dir "/proc/self/fd" do count = count + 1 end
  return count - 3 -- ".", "..", and the one that reads the folder
end

-- {kilobytes, descriptors} after a full collection
function process_usage.now()
  return { kilobytes = kilobytes(), descriptors = descriptors() }
end

return process_usage

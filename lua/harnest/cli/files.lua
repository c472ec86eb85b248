--- Files that are complete or not there at all, also after a crash.

local uv = require "luv"
local failure = require "harnest.cli.failure"

local files = {}

local READABLE, PRIVATE = 420, 384 -- the modes 0644, reduced by the umask, and 0600

--- Returns what luv returned, or raises an error of kind "output".
local function check(path, result, message)
  if result == nil then
    error(failure.new("output", "cannot write %s: %s", path, message), 0)
  end
  return result
end

--- Returns whether there is a file.
function files.exists(path)
  return uv.fs_stat(path) ~= nil
end

--- Returns the text of a file; nil if there is none. Raises an error of kind "output" if it cannot be
-- read.
function files.read(path)
  local file, message, code = io.open(path, "rb")
  if not file and code == 2 then -- ENOENT
    return nil
  end
  check(path, file, message)
  local text = check(path, file:read "*a")
  file:close()
  return text
end

--- Writes all of a text to a descriptor, at its position.
-- @param path  string: its name, for messages
function files.write(descriptor, path, text)
  local position = 1
  while position <= #text do
    position = position + check(path, uv.fs_write(descriptor, position == 1 and text or text:sub(position), -1))
  end
end

--- Writes a file anew: at every moment it has the old text or the new one.
function files.replace(path, text)
  local temporary = path .. ".new"
  local descriptor = check(path, uv.fs_open(temporary, "w", PRIVATE))
  files.write(descriptor, temporary, text)
  check(temporary, uv.fs_close(descriptor))
  check(path, uv.fs_rename(temporary, path))
end

--- Removes a file if there is one.
function files.remove(path)
  uv.fs_unlink(path)
end

--- Opens a file to write on at a position, and cuts off what is after it.
-- @return the descriptor; nil if the file is shorter
function files.open_at(path, position)
  local descriptor = check(path, uv.fs_open(path, position == 0 and "w" or "a", READABLE))
  if check(path, uv.fs_fstat(descriptor)).size < position then
    uv.fs_close(descriptor)
    return nil
  end
  check(path, uv.fs_ftruncate(descriptor, position))
  return descriptor
end

--- Opens a file to append to it, and cuts off an incomplete last line.
-- @param text  string: what the file has
function files.open_lines(path, text)
  local complete = text:match "^.*\n" or ""
  local descriptor = check(path, uv.fs_open(path, "a", PRIVATE))
  check(path, uv.fs_ftruncate(descriptor, #complete))
  return descriptor
end

--- Waits until the disk has what was written.
function files.sync(descriptor, path)
  check(path, uv.fs_fsync(descriptor))
end

function files.close(descriptor)
  uv.fs_close(descriptor)
end

--- Gives a file that is on the disk its name, and waits until the disk has that.
function files.rename(from, to)
  check(to, uv.fs_rename(from, to))
  local folder = uv.fs_open(to:match "^(.*/)[^/]*$" or ".", "r", 0)
  if folder then
    uv.fs_fsync(folder) -- some file systems do not support it for folders
    uv.fs_close(folder)
  end
end

return files

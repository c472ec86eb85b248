--- Files that are complete or not there at all, also after a crash.

local uv = require "luv"
local failure = require "harnest.cli.failure"

local files = {}

local READABLE, PRIVATE = 420, 384 -- the modes 0644, reduced by the umask, and 0600
local PERMISSIONS = 4096 -- the bits of a mode below those of the file's type
local LINKS = 40 -- that lead from one to the next, as Linux limits them

local kinds = { directory = "folder", fifo = "FIFO", char = "device", block = "device", socket = "socket",
  link = "circle of symbolic links" }

--- Returns what luv returned, or raises an error of kind "output".
local function check(path, result, message)
  if result == nil then
    error(failure.new("output", "cannot write %s: %s", path, message), 0)
  end
  return result
end

--- Returns the path that symbolic links lead to, whether or not there is a file; nil if they form a
-- circle.
local function without_links(path)
  for _ = 1, LINKS do
    local target = uv.fs_readlink(path)
    if not target then
      return path
    end
    path = target:sub(1, 1) == "/" and target or (path:match "^.*/" or "") .. target
  end
end

--- Returns the path of a regular file, or of one that is not there yet. Symbolic links are followed, so
-- that they stay where the file is replaced.
-- @param path  string
-- @param what  string: the argument's name, for messages
-- @param hint  string or nil: what the message ends with
-- Raises a usage error if there is something else, such as a folder, a device or a FIFO.
function files.regular(path, what, hint)
  local target = without_links(path)
  local status = target and uv.fs_lstat(target)
  if not target or status and status.type ~= "file" then
    failure.usage("%s: expected a regular file, got %s, which is a %s%s", what, path,
      kinds[status and status.type or "link"] or "special file", hint or "")
  end
  return target
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

--- Gives an open file the mode and, if that is permitted, the owner of another file, if there is one.
-- @param path    string: the open file's name, for messages
-- @param pattern string: the other file
function files.copy_mode(descriptor, path, pattern)
  local status = uv.fs_stat(pattern)
  if status then
    uv.fs_fchown(descriptor, status.uid, status.gid) -- only root may
    check(path, uv.fs_fchmod(descriptor, status.mode % PERMISSIONS))
  end
end

--- Writes a regular file anew: at every moment it has the old text or the new one. Its mode stays; a
-- new file is private.
-- @param path  string: as files.regular returns it
function files.replace(path, text)
  local temporary = path .. ".new"
  uv.fs_unlink(temporary) -- of a command that was killed
  local descriptor = check(temporary, uv.fs_open(temporary, "wx", PRIVATE))
  files.copy_mode(descriptor, temporary, path)
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

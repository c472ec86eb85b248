--- What arguments read: files, and standard input only where "-" asks for it.

local failure = require "harnest.cli.failure"

local input = {}

local stdin_user -- the argument that has read standard input

--- Opens a file, or standard input for "-".
-- @param path  string
-- @param what  string: the argument's name, for messages
-- @return the file; the caller closes it unless it is standard input
-- Raises a usage error if there is no such file, or if another argument has read standard input.
function input.open(path, what)
  if path == "-" then
    if stdin_user then
      failure.usage("%s: standard input was read for %s already", what, stdin_user)
    end
    stdin_user = what
    return io.stdin
  end
  local file, message = io.open(path, "rb")
  if not file then
    failure.usage("%s: cannot read the file: %s", what, message)
  end
  return file
end

--- Closes a file of input.open.
function input.close(file)
  if file ~= io.stdin then
    file:close()
  end
end

--- Returns the whole text of a file, or of standard input for "-". Raises as input.open does.
function input.text(path, what)
  local file = input.open(path, what)
  local text, message = file:read "*a"
  input.close(file)
  if not text then
    failure.usage("%s: cannot read the file: %s", what, message)
  end
  return text
end

return input

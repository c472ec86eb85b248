--- Lines that the user types: by lua-readline with history and completion where it is installed,
-- otherwise plainly.

local uv = require "luv"
local terminal = require "harnest.cli.terminal"

local line_editor = {}

local KEPT = 1000 -- lines of the history

--- Returns the path of the history (XDG Base Directory Specification), and makes its folder; nil
-- without a home.
local function history_path()
  local base = os.getenv "XDG_STATE_HOME"
  if not base or base:sub(1, 1) ~= "/" then
    local home = os.getenv "HOME"
    if not home or home:sub(1, 1) ~= "/" then
      return nil
    end
    base = home .. "/.local/state"
  end
  local folder = base .. "/harnest"
  for position in (folder .. "/"):gmatch "()/" do
    uv.fs_mkdir(folder:sub(1, position - 1), 448) -- 0700
  end
  local path = folder .. "/history"
  local file = uv.fs_open(path, "a", 384) -- 0600
  if file then
    uv.fs_close(file)
    return path
  end
end

--- Reads by readline.
-- @param complete  function from a word to an array of candidates
local function by_readline(readline, complete)
  local path = history_path()
  readline.set_readline_name "harnest"
  readline.set_options { auto_add = true, ignoredups = true, keeplines = KEPT, histfile = path or "" }
  readline.set_complete_function(function(text, from, to)
    readline.set_completion_append_character "" -- readline sets it to a space before each call
    return complete(text:sub(from, to))
  end)
  return {
    name = "readline",
    read = readline.readline,
    close = function()
      if path then
        readline.save_history()
      end
    end,
  }
end

--- Reads without editing. A prompt is only for terminals.
local function plain()
  local has_prompt = terminal.is(0)
  return {
    name = "plain",
    read = function(prompt)
      if has_prompt then
        io.stdout:write(prompt)
        io.stdout:flush()
      end
      return io.read "*l"
    end,
    close = function() end,
  }
end

--- Returns a table {name, read(prompt), close()}. `read` returns nil at the end of the input.
-- @param complete  function from a word to an array of candidates
function line_editor.new(complete)
  if not terminal.is(0) or not terminal.is(1) or os.getenv "TERM" == "dumb" then
    return plain()
  end
  local found, readline = pcall(require, "readline")
  if not found then
    io.stderr:write("harnest: without the Lua library readline (Debian: lua-readline) lines have neither history nor "
      .. "completion\n")
    return plain()
  end
  return by_readline(readline, complete)
end

return line_editor

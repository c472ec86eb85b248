--- What the command asks of terminals.

local uv = require "luv"

local terminal = {}

local UNKNOWN_WIDTH = 80 -- cells
local ttys = {}

--- Whether a descriptor (0, 1 or 2) is a terminal.
function terminal.is(descriptor)
  return uv.guess_handle(descriptor) == "tty"
end

--- Returns the width of the terminal at a descriptor in cells, as it is now. The variable COLUMNS
-- takes precedence.
function terminal.width(descriptor)
  local stated = tonumber(os.getenv "COLUMNS")
  if stated and stated >= 1 then
    return math.floor(stated)
  elseif not terminal.is(descriptor) then
    return UNKNOWN_WIDTH
  end
  ttys[descriptor] = ttys[descriptor] or uv.new_tty(descriptor, false)
  local width = ttys[descriptor] and ttys[descriptor]:get_winsize()
  return width and width > 0 and width or UNKNOWN_WIDTH
end

--- Whether output to a descriptor is coloured.
-- @param choice  "auto", "always" or "never"
function terminal.has_colour(descriptor, choice)
  if choice ~= "auto" then
    return choice == "always"
  end
  local disabled = os.getenv "NO_COLOR"
  return terminal.is(descriptor) and (disabled or "") == "" and os.getenv "TERM" ~= "dumb"
end

--- Whether the locale's characters are UTF-8, as its name states.
function terminal.is_utf8()
  local locale = ""
  for _, name in ipairs { "LC_ALL", "LC_CTYPE", "LANG" } do
    local value = os.getenv(name)
    if value and value ~= "" then
      locale = value
      break
    end
  end
  return locale:lower():find "utf%-?8" ~= nil
end

--- Makes writes to a closed pipe fail instead of ending the process.
function terminal.keep_from_sigpipe()
  local signal = uv.new_signal()
  signal:start("sigpipe", function() end)
  signal:unref()
end

return terminal

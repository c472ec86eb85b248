-- A helper of busted, named in .busted: a short traceback. busted takes one for each spec that it
-- declares, and Lua looks up the name of each function on the stack in all loaded modules, which takes
-- most of the time of a quick spec. busted cuts it at the first C function; this one ends there, and
-- has no names.

local traceback, getinfo = debug.traceback, debug.getinfo

-- busted alone asks with an empty message.
function debug.traceback(...) -- luacheck: ignore 122
  local message, level = ...
  if message ~= "" then return traceback(...) end
  local lines = { "", "stack traceback:" }
  local info = getinfo(level + 1, "Sl")
  while info and info.what ~= "C" do
    lines[#lines + 1] = ("\t%s:%d:"):format(info.short_src, info.currentline)
    level = level + 1
    info = getinfo(level + 1, "Sl")
  end
  return table.concat(lines, "\n")
end

--- Text for a POSIX shell.

local shell = {}

--- Returns a text as one word of a shell's command.
function shell.quoted(text)
  if text:find "^[%w_./:@%%+=,-]+$" then
    return text
  end
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

--- Returns one word that is a text followed by the value of a variable.
-- @param variable  string: the variable's name
function shell.quoted_with_variable(text, variable)
  return '"' .. text:gsub('[\\"$`]', "\\%0") .. "$" .. variable .. '"'
end

return shell

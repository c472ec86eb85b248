-- Returns a text as one word of a shell's command.

return function(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

-- The Lua that runs the specs, for child processes: the command of $LUA, or that of this process.

return function()
  local given = os.getenv "LUA"
  if given then return given end
  local lowest = 0
  while arg and arg[lowest - 1] do lowest = lowest - 1 end
  return lowest < 0 and arg[lowest] or "lua5.4"
end

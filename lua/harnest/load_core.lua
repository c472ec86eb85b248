--- Loads the C module. It is built for one Lua: if that is another one, or if there is none, the
-- error says what to run.

-- What src/lua/core.c writes into each build, and raises in another Lua.
local MARK = "harnest%.core is built for ([%w.]+ ?[%w.]*);"

--- Returns the name of the running Lua, as messages show it and as make takes it.
local function running()
  -- luacheck: globals jit
  if rawget(_G, "jit") then
    return "LuaJIT", "luajit"
  end
  return _VERSION, "lua" .. _VERSION:match "%d+%.%d+"
end

--- Returns the Lua for which a file was built, or nil.
-- @param reason  string: why the file was not loaded, with its path
local function built_for(reason)
  local path = reason:match "from file '([^']+)'"
  local file = path and io and io.open(path, "rb")
  if not file then
    return nil
  end
  local bytes = file:read "*a"
  file:close()
  return bytes:match(MARK)
end

local fine, core = pcall(require, "harnest.core")
if fine then
  return core
end

local reason = tostring(core)
local name, make_name = running()
local remedy = ('run make LUA=%s and eval "$(make -s env LUA=%s)"'):format(make_name, make_name)
local stated = reason:match(MARK) or built_for(reason)
if stated and stated ~= name then
  error(("harnest.core was built for %s, and this is %s; %s"):format(stated, name, remedy), 0)
elseif reason:find("module 'harnest.core' not found", 1, true) then
  error(("harnest.core was not found; to build it for %s, %s\n%s"):format(name, remedy, reason), 0)
end
error(core, 0)

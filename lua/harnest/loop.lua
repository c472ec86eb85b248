--- Finds the loop for a client's option `loop`.

local core = require "harnest.core"
local default_coroutines = require "harnest.default_coroutines"
local manual = require "harnest.loop.manual"
local scheduler = require "harnest.scheduler"

local loop = {}

-- Clients share loops. Keys: the name, or the table that the script passed.
local found = setmetatable({}, { __mode = "k" })

-- A loop's table has all of these functions or none.
local coroutine_functions = { "this", "sleep", "wake", "spawn" }

local names = { copas = true, cqueues = true, luv = true, nginx = true }

-- The Lua module that a loop requires. Neovim has luv's functions in its own table `vim`.
local libraries = { copas = "copas", cqueues = "cqueues", luv = not rawget(_G, "vim") and "luv" or nil }

--- Raises a usage error if the library of a loop cannot be loaded.
local function check_library(name)
  local library = libraries[name]
  if library then
    local fine, reason = pcall(require, library)
    if not fine then
      core.usage_error(('option loop: "%s" requires the Lua module %s, which cannot be loaded (%s)')
        :format(name, library, tostring(reason):match "[^\n:]*"))
    end
  end
end

--- Returns a member of a loop's table, which may be an object with methods in its metatable.
local function member(given, name)
  local fine, value = pcall(function()
    return given[name]
  end)
  if not fine then
    core.usage_error(("option loop.%s: its metatable raised an error"):format(name))
  end
  return value
end

--- Returns a function of a loop's table. Raises a usage error if it is none.
-- @param reason  string: why the table must have it, for the usage error; or ""
local function function_of(given, name, reason)
  local value = member(given, name)
  if type(value) ~= "function" then
    core.usage_error(("option loop.%s: expected a function%s, got %s"):format(name, reason,
      core.describe(value)))
  end
  return value
end

--- Adds the coroutine functions of a loop's table to `whole`, or the default ones if it has none.
-- Raises a usage error if it has only some, since the default ones do not suit coroutines of another
-- kind.
local function add_coroutine_functions(whole, given)
  local first
  for _, name in ipairs(coroutine_functions) do
    if member(given, name) ~= nil then
      whole[name] = function_of(given, name, "")
      first = first or name
    end
  end
  for _, name in ipairs(coroutine_functions) do
    whole[name] = whole[name] or not first and default_coroutines[name]
      or function_of(given, name, (" (loop.%s needs it)"):format(first))
  end
end

--- Checks a loop's table and returns a copy, completed with the default coroutine functions.
local function complete(given)
  core.check_members(given, "loop", "option loop.")
  local whole = { name = member(given, "name") or "custom" }
  if type(whole.name) ~= "string" then
    core.usage_error("option loop.name: expected a string, got " .. core.describe(whole.name))
  end
  for _, name in ipairs { "watch", "unwatch" } do
    whole[name] = function_of(given, name, "")
  end
  add_coroutine_functions(whole, given)
  for _, name in ipairs { "join", "is_gone" } do
    whole[name] = member(given, name)
    if whole[name] ~= nil and type(whole[name]) ~= "function" then
      core.usage_error(("option loop.%s: expected a function or nil, got %s"):format(name,
        core.describe(whole[name])))
    end
  end
  whole.is_gone = whole.is_gone or not member(given, "this") and default_coroutines.is_dead or nil
  return whole
end

--- Returns the loop for the option `loop`.
-- @param option  "copas", "cqueues", "luv", "manual", "nginx", or a loop's table (see
--                harnest.loop_scheduler)
-- Raises a usage error for anything else, and an error if the loop's library is missing.
function loop.find(option)
  scheduler.use()
  if option == "manual" then
    return manual.new(true)
  elseif not found[option] and names[option] then
    check_library(option)
    found[option] = complete(require("harnest.loop." .. option))
  elseif type(option) == "table" then
    found[option] = found[option] or complete(option)
  elseif not found[option] then
    core.usage_error(
      ('option loop: expected "copas", "cqueues", "luv", "manual", "nginx" or a table, got %s')
        :format(type(option) == "string" and '"' .. core.excerpt(option) .. '"' or core.describe(option)))
  end
  return found[option]
end

return loop

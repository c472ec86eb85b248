--- Finds the loop that a client's option names.

local core = require "harnest.core"
local manual = require "harnest.loop.manual"
local default_coroutines = require "harnest.default_coroutines"
local scheduler = require "harnest.scheduler"

local loop = {}

-- Loops are one for all clients: by name, and those of scripts by their tables.
local found = setmetatable({}, { __mode = "k" })

local names = { copas = true, cqueues = true, luv = true, nginx = true }

--- A loop's table checked, and filled up with what plain coroutines do.
local function complete(given)
  local whole = { name = given.name or "a loop of its own" }
  if type(whole.name) ~= "string" then
    core.usage_error("option loop.name: expected a string, got " .. type(given.name))
  end
  for _, name in ipairs { "watch", "unwatch", "this", "sleep", "wake", "spawn" } do
    whole[name] = given[name] or default_coroutines[name]
    if type(whole[name]) ~= "function" then
      core.usage_error(("option loop.%s: expected a function, got %s"):format(name, type(whole[name])))
    end
  end
  for _, name in ipairs { "join", "is_gone" } do
    whole[name] = given[name]
    if whole[name] ~= nil and type(whole[name]) ~= "function" then
      core.usage_error(("option loop.%s: expected a function or nil, got %s"):format(name, type(whole[name])))
    end
  end
  whole.is_gone = whole.is_gone or not given.this and default_coroutines.is_dead or nil
  return whole
end

--- The loop for the option `loop`: a name or a table, see harnest.scheduler.
function loop.find(option)
  scheduler.in_use = true
  if option == "manual" then
    return manual.new(true)
  elseif not found[option] and names[option] then
    found[option] = complete(require("harnest.loop." .. option))
  elseif type(option) == "table" then
    found[option] = found[option] or complete(option)
  elseif not found[option] then
    core.usage_error(('option loop: expected "copas", "cqueues", "luv", "manual", "nginx" or a table, got %s'):format(
      type(option) == "string" and ("%q"):format(option) or type(option)))
  end
  return found[option]
end

return loop

--- Finds the loop that a client's option names.

local core = require "harnest.core"
local driver = require "harnest.driver"
local manual = require "harnest.loop.manual"

local loop = {}

-- Loops are one for all clients: by name, and those of scripts by their tables.
local found = setmetatable({}, { __mode = "k" })

local names = { copas = true, cqueues = true, luv = true, nginx = true }

--- The loop for the option `loop`: a name or a table, see harnest.driver.
function loop.find(option)
  driver.in_use = true
  if option == "manual" then
    return manual.new()
  elseif not found[option] and names[option] then
    found[option] = driver.complete(require("harnest.loop." .. option))
  elseif type(option) == "table" then
    found[option] = found[option] or driver.complete(option)
  elseif not found[option] then
    core.mistake(('option loop: expected "copas", "cqueues", "luv", "manual", "nginx" or a table, got %s'):format(
      type(option) == "string" and ("%q"):format(option) or type(option)))
  end
  return found[option]
end

return loop

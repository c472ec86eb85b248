-- Runs an example in a loop: run_example.lua LOOP FILE ARGUMENTS...
-- Its clients get the loop, if they name none, and "manual" those of the script alone.

local harnest = require "harnest"
local loops = require "spec.support.loops"

local wanted, file = arg[1], arg[2]
local arguments = { [0] = file, (table.unpack or unpack)(arg, 3) } -- luacheck: ignore

local loop
for _, one in ipairs(loops) do
  if one.name == wanted then loop = one end
end

local new = harnest.new
function harnest.new(options)
  if options.loop == nil then options.loop = loop.option end
  return new(options)
end

-- The loop needs a client to run the script in
local first = loop.option and new { url = "http://127.0.0.1:1", cassette = false, loop = loop.option } or nil
arg = arguments -- luacheck: ignore
local example = assert(loadfile(file)) -- not dofile, through which LuaJIT cannot yield
loop.run(function() example() end, first)
if first then first:close() end

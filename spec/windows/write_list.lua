-- Writes a list as lines of JSON: write_list.lua TYPE SIZE

local harnest = require "harnest"

local api = harnest.new {}
for resource in api:list(arg[1], { include = "owner", page = { size = tonumber(arg[2]) } }) do
  io.write(harnest.encode(resource), "\n")
end

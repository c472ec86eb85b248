--- Prints the number of contracts of each owner by status, from one list with included owners.
--   lua examples/report.lua
-- Needs HARNEST_URL (or HARNEST_COMPANY) and HARNEST_TOKEN.

local harnest = require "harnest"

local api = harnest.new {}
local owners, names = {}, {}

for contract in api:collection("contracts"):include("owner"):page_size(100):list() do
  local owner = contract:related "owner"
  local name = owner and owner.attributes.name or "(nobody)"
  if not owners[name] then
    owners[name] = {}
    names[#names + 1] = name
  end
  local status = contract.attributes.status
  owners[name][status] = (owners[name][status] or 0) + 1
end

table.sort(names)
for _, name in ipairs(names) do
  local counts = {}
  for status = 0, 4 do
    counts[#counts + 1] = ("%5d"):format(owners[name][status] or 0)
  end
  print(("%-30s %s"):format(name, table.concat(counts)))
end
api:close()

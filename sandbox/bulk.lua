-- The type `bulk`: 100,000 resources for benchmarks. Their rows are computed from their ids and
-- look like rows of the store.

local bulk = { total = 100000 }

local words = { "Framework", "Supply", "Lease", "Licence", "Loan", "Consulting", "Maintenance" }
local filler = ("The parties agree to the terms set out in the annexes; each shall bear its own costs. "):rep(2)

local function row(id)
  return {
    id = id,
    ('"%s agreement %d"'):format(words[id % #words + 1], id),
    tostring(id % 5),
    ("%d.%02d"):format(id * 37 % 1000000, id % 99 + 1),
    id % 4 == 0 and "[]" or '["bulk","even"]',
    id % 3 == 0 and "true" or "false",
    id % 2 == 0 and "null" or '"see annex"',
    ('"2025-%02d-%02dT%02d:%02d:00Z"'):format(id % 12 + 1, id % 28 + 1, id % 24, id % 60),
    '"' .. filler .. '"',
    owner = id % 120 + 1,
  }
end

function bulk.list(limit, offset)
  local rows = {}
  for i = 1, math.min(limit, bulk.total - offset) do rows[i] = row(offset + i) end
  return rows
end

function bulk.find(ids)
  local rows = {}
  for _, id in ipairs(ids) do
    if type(id) == "number" and id >= 1 and id <= bulk.total then rows[#rows + 1] = row(id) end
  end
  return rows
end

return bulk

--- The nearest known name, for messages.

local nearest = {}

local FARTHEST = 3 -- changed characters

--- Returns the number of characters to insert, remove, replace or swap with their neighbour to make
-- one text the other.
local function distance(one, other)
  local before, row = nil, {}
  for j = 0, #other do
    row[j] = j
  end
  for i = 1, #one do
    local next_row = { [0] = i }
    for j = 1, #other do
      local cost = one:byte(i) == other:byte(j) and 0 or 1
      local changes = math.min(row[j] + 1, next_row[j - 1] + 1, row[j - 1] + cost)
      if before and j > 1 and one:byte(i) == other:byte(j - 1) and one:byte(i - 1) == other:byte(j) then
        changes = math.min(changes, before[j - 2] + 1)
      end
      next_row[j] = changes
    end
    before, row = row, next_row
  end
  return row[#other]
end

--- Returns the nearest known name; nil if none is near: at most a half of the name's characters
-- differ, and at most three.
-- @param name   string
-- @param known  table: the known names are its keys
function nearest.name(name, known)
  local best, least = nil, math.min(FARTHEST, math.floor(#name / 2)) + 1
  for candidate in pairs(known) do
    local changes = distance(name, candidate)
    if changes < least or changes == least and best and candidate < best then
      best, least = candidate, changes
    end
  end
  return best
end

--- Returns text that continues a message about an unknown name: the nearest known one, or all.
function nearest.advice(name, known)
  local best = nearest.name(name, known)
  if best then
    return (' (did you mean "%s"?)'):format(best)
  end
  local names = {}
  for candidate in pairs(known) do
    names[#names + 1] = candidate
  end
  table.sort(names)
  if #names == 0 then
    return ""
  end
  return (" (known: %s)"):format(table.concat(names, ", "))
end

return nearest

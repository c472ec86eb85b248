-- Compares two decoded values: same_value(a, b, is_same_mark) is whether they are equal, including
-- the type and bits of numbers. is_same_mark(a, b) is whether two tables with the same members have
-- the same array mark, which is their metatable; nil: compares the metatables.

local function has_same_metatable(a, b)
  return getmetatable(a) == getmetatable(b)
end

local number_type = math.type or type

local function same_value(a, b, is_same_mark)
  if type(a) ~= type(b) then
    return false
  elseif type(a) == "number" then
    return a == b and 1 / a == 1 / b and number_type(a) == number_type(b)
  elseif type(a) ~= "table" then
    return a == b
  end
  for key, value in pairs(a) do
    if not same_value(value, b[key], is_same_mark) then
      return false
    end
  end
  for key in pairs(b) do
    if a[key] == nil then
      return false
    end
  end
  return (is_same_mark or has_same_metatable)(a, b)
end

return same_value

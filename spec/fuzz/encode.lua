-- The Lua side of encode_fuzz.c. An input that begins like JSON is decoded; any other builds a
-- value: one byte selects what comes next, followed by its data.

local core = require "harnest.core"
local same_value = require "spec.support.same_value"

local array_metatable = {}
core.set_array_metatable(array_metatable)
core.set_array_marks { [array_metatable] = "array" }

local places = { "plain", "document", "data", "resource", "relationships" }

-- ------------------------------------------------------------------ bytes into values

local function take(input, format, size)
  if input.at + size - 1 > #input.bytes then
    input.at = #input.bytes + 1
    return nil
  end
  local value = format:unpack(input.bytes, input.at)
  input.at = input.at + size
  return value
end

local make

local function make_array(input, depth)
  local array = {}
  for i = 1, (take(input, "B", 1) or 0) % 9 do
    array[i] = make(input, depth + 1)
  end
  return array
end

local function make_record(input, depth, key_of)
  local record = {}
  for _ = 1, (take(input, "B", 1) or 0) % 9 do
    local key = key_of(input)
    if key ~= nil and key == key then
      record[key] = make(input, depth + 1)
    end
  end
  return record
end

local function make_string(input)
  local length = math.min((take(input, "B", 1) or 0) % 40, #input.bytes - input.at + 1)
  local text = input.bytes:sub(input.at, input.at + length - 1)
  input.at = input.at + length
  return text
end

local names = { "data", "relationships", "attributes", "included", "atomic:operations", "id", "" }

local makers = {
  function() return core.null end,
  function() return true end,
  function() return false end,
  function(input) return take(input, "<i8", 8) end,
  function(input) return take(input, "<d", 8) end,
  function(input) return take(input, "b", 1) end,
  function(input) return (take(input, "<i2", 2) or 0) / 100 end,
  make_string,
  make_array,
  function(input, depth) return setmetatable(make_array(input, depth), array_metatable) end,
  function(input, depth) return make_record(input, depth, make_string) end,
  function(input, depth)
    return make_record(input, depth, function() return names[(take(input, "B", 1) or 0) % #names + 1] end)
  end,
  function(input, depth) -- keys of every type, mostly rejected
    return make_record(input, depth, function()
      local key = make(input, depth + 1)
      return key
    end)
  end,
  -- cycles, shared tables
  function(input) return input.made[(take(input, "B", 1) or 0) % (#input.made + 1)] end,
  function() return print end,
}

function make(input, depth)
  local kind = take(input, "B", 1)
  if not kind or depth > 150 then
    return nil
  end
  local value = makers[kind % #makers + 1](input, depth)
  if type(value) == "table" then
    input.made[#input.made + 1] = value
  end
  return value
end

-- ------------------------------------------------------------------ comparing

-- Whether the marks of a value and of what was decoded agree: an array with items is decoded with a
-- mark, also if it had none
local function is_same_mark(given, decoded)
  return given[1] ~= nil or getmetatable(given) == getmetatable(decoded)
end

local function decode(text)
  local value, why = core.decode(text)
  return assert(why == nil, why) and value
end

-- Encodes and decodes a value: the result must be the same, and encode to the same text
local function round(value)
  local fine, text = pcall(core.encode, value)
  if not fine then
    assert(type(text) == "string" and text ~= "", text)
    return
  end
  local again = decode(text)
  assert(same_value(value, again, is_same_mark), text)
  assert(core.encode(again) == text, text)
  for _, place in ipairs(places) do
    decode(core.encode(value, place, "root"))
  end
end

return function(bytes)
  if bytes:find "^%s*[%[{\"%-%d]" then
    local value, why = core.decode(bytes)
    if value == nil then
      assert(type(why) == "string" and why ~= "")
    else
      round(value)
      core.decode(bytes, "resource")
    end
  else
    round(make({ bytes = bytes, at = 1, made = {} }, 0))
  end
end

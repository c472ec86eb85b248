-- Plain Lua values as text, for messages between two processes.

local literal = {}

local function write_string(text)
  return '"' .. text:gsub('[%c"\\\127-\255]', function(byte) return ("\\%03d"):format(byte:byte()) end) .. '"'
end

local function write_number(number)
  if number == math.huge then return "1e999" end
  return ("%.17g"):format(number)
end

function literal.write(value)
  local kind = type(value)
  if kind == "string" then return write_string(value) end
  if kind == "number" then return write_number(value) end
  if kind ~= "table" then return tostring(value) end
  local parts = {}
  for i, item in ipairs(value) do parts[i] = literal.write(item) end
  for key, item in pairs(value) do
    if type(key) ~= "number" then parts[#parts + 1] = "[" .. write_string(key) .. "]=" .. literal.write(item) end
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

-- The value of a text, evaluated in an empty environment
function literal.read(text)
  local chunk = "return " .. text
  if setfenv then return setfenv(assert(loadstring(chunk)), {})() end -- luacheck: ignore 113 (Lua 5.1)
  return assert(load(chunk, "literal", "t", {}))()
end

return literal

-- Parses JSON without decoding its values, so digits and escapes stay as they were sent. A node has
-- `kind`: "object", "array", "string", "number", "boolean" or "null". A node of an object has
-- `members` (name to node) and `names` (in order), a node of an array has `items`. `node:text()`
-- returns its JSON text.

local json = require "cjson"

local rawjson = {}

local MOST_DEEP = 500

local methods = {}
local class = { __index = methods }

function methods:text()
  return self.source:sub(self.first, self.last)
end

-- Returns the decoded string of a node; nil for other kinds, and for half a surrogate pair.
function methods:string()
  if self.kind ~= "string" then return nil end
  local ok, values = pcall(json.decode, "[" .. self:text() .. "]")
  return ok and values[1] or nil
end

-- Returns a member of an object; nil if it is absent or if the node is not an object.
function methods:member(name)
  return self.members and self.members[name]
end

local function fail(at, what)
  error({ at = at, what = what }, 0)
end

local function skip(text, at)
  return text:find("[^ \t\r\n]", at) or #text + 1
end

local function check_escape(text, at)
  local ok = text:find('^["\\/bfnrt]', at + 1) or text:find("^u%x%x%x%x", at + 1)
  if not ok then fail(at, "invalid escape") end
end

-- Returns the position of the closing quote of the string that starts at `at`.
local function end_of_string(text, at)
  while true do
    at = text:find('["\\%z\1-\31]', at + 1) or fail(#text, "unterminated string")
    local byte = text:sub(at, at)
    if byte == '"' then return at end
    if byte ~= "\\" then fail(at, "control character in a string") end
    check_escape(text, at)
    at = at + 1 -- skips the escaped character
  end
end

local function end_of_number(text, at)
  local _, last = text:find("^-?%d+", at)
  if not last or text:find("^-?0%d", at) then fail(at, "expected a value") end
  local _, fraction = text:find("^%.%d+", last + 1)
  last = fraction or last
  local _, exponent = text:find("^[eE][+-]?%d+", last + 1)
  return exponent or last
end

local words = { t = { "true", "boolean" }, f = { "false", "boolean" }, n = { "null", "null" } }

local value_at

local function read_members(text, node, at, depth)
  node.members, node.names = {}, {}
  at = skip(text, at + 1)
  if text:sub(at, at) == "}" then return at end
  while true do
    if text:sub(at, at) ~= '"' then fail(at, "expected a member name") end
    local name_node = value_at(text, at, depth)
    local name = name_node:string() or fail(at, "invalid Unicode")
    if node.members[name] then fail(at, "duplicate member: " .. name) end
    at = skip(text, name_node.last + 1)
    if text:sub(at, at) ~= ":" then fail(at, "expected a colon") end
    local value = value_at(text, skip(text, at + 1), depth)
    node.members[name], node.names[#node.names + 1] = value, name
    at = skip(text, value.last + 1)
    if text:sub(at, at) == "}" then return at end
    if text:sub(at, at) ~= "," then fail(at, "expected a comma or the end of the object") end
    at = skip(text, at + 1)
  end
end

local function read_items(text, node, at, depth)
  node.items = {}
  at = skip(text, at + 1)
  if text:sub(at, at) == "]" then return at end
  while true do
    local item = value_at(text, at, depth)
    node.items[#node.items + 1] = item
    at = skip(text, item.last + 1)
    if text:sub(at, at) == "]" then return at end
    if text:sub(at, at) ~= "," then fail(at, "expected a comma or the end of the array") end
    at = skip(text, at + 1)
  end
end

function value_at(text, at, depth)
  if depth > MOST_DEEP then fail(at, "nested too deeply") end
  local node = setmetatable({ source = text, first = at }, class)
  local byte = text:sub(at, at)
  local word = words[byte]
  if byte == "{" then
    node.kind, node.last = "object", read_members(text, node, at, depth + 1)
  elseif byte == "[" then
    node.kind, node.last = "array", read_items(text, node, at, depth + 1)
  elseif byte == '"' then
    node.kind, node.last = "string", end_of_string(text, at)
  elseif word and text:sub(at, at + #word[1] - 1) == word[1] then
    node.kind, node.last = word[2], at + #word[1] - 1
  else
    node.kind, node.last = "number", end_of_number(text, at)
  end
  return node
end

local sequences = { -- of UTF-8, without overlong forms and surrogates
  "^[\194-\223][\128-\191]", "^\224[\160-\191][\128-\191]", "^[\225-\236\238\239][\128-\191][\128-\191]",
  "^\237[\128-\159][\128-\191]", "^\240[\144-\191][\128-\191][\128-\191]",
  "^[\241-\243][\128-\191][\128-\191][\128-\191]", "^\244[\128-\143][\128-\191][\128-\191]",
}

local function check_utf8(text)
  local at = text:find("[\128-\255]")
  while at do
    local last
    for _, sequence in ipairs(sequences) do
      last = last or select(2, text:find(sequence, at))
    end
    if not last then fail(at, "not UTF-8") end
    at = text:find("[\128-\255]", last + 1)
  end
end

-- Returns the node of a whole JSON text, or nil and an error message.
function rawjson.parse(text)
  local ok, result = pcall(function()
    check_utf8(text)
    local node = value_at(text, skip(text, 1), 0)
    local rest = skip(text, node.last + 1)
    if rest <= #text then fail(rest, "unexpected text after the value") end
    return node
  end)
  if ok then return result end
  if type(result) ~= "table" then error(result, 0) end
  return nil, result.what .. " (byte " .. result.at .. ")"
end

return rawjson

--- Hints for attributes that were sent as text where the server expects a number or a boolean.

local harnest = require "harnest"

local type_hint = {}

local SHORT = 40 -- bytes of a value that a message repeats

local kinds = {
  number = { name = "a number", words = { "number", "numeric", "integer", "decimal", "float" } },
  boolean = { name = "a boolean", words = { "boolean", "true or false" } },
}

--- Returns the kind that an error of the server speaks of and that a text is; nil if there is none.
local function kind_of(text, item)
  local kind = #text <= SHORT and kinds[type((harnest.decode(text)))]
  local message = (tostring(item.title) .. " " .. tostring(item.detail)):lower()
  for _, word in ipairs(kind and kind.words or {}) do
    if message:find(word, 1, true) then
      return kind
    end
  end
end

--- Returns the attribute that a JSON pointer names: its value, and its name as an argument has it.
local function attribute_at(pointer, attributes)
  local value, names = attributes, {}
  for part in pointer:match "^/data/attributes(/.+)$":gmatch "/([^/]*)" do
    local name = part:gsub("~1", "/"):gsub("~0", "~")
    value = type(value) == "table" and value[name] or nil
    names[#names + 1] = name:gsub("[.\\]", "\\%0")
  end
  return value, table.concat(names, ".")
end

--- Adds hints to the message of an error with status 422. Only attributes count that it names by a JSON
-- pointer.
-- @param err         error object; nil is no error
-- @param attributes  table or nil: what was sent
-- @param argument    format of the argument that sends a value as JSON, of its name and its text, such as
--                    "%s:=%s"
function type_hint.add(err, attributes, argument)
  if not err or err.status ~= 422 or type(err.errors) ~= "table" or not attributes then
    return
  end
  for _, item in ipairs(err.errors) do
    local where = type(item) == "table" and type(item.source) == "table" and item.source.pointer
    if type(where) == "string" and where:find "^/data/attributes/." then
      local text, name = attribute_at(where, attributes)
      local kind = type(text) == "string" and kind_of(text, item)
      if kind then
        err.message = ("%s; %s sends %s"):format(err.message, argument:format(name, text), kind.name)
      end
    end
  end
end

return type_hint

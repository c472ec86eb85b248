--- Fields of resources on the command line: attributes such as `title=text`, `amount:=12.5` (JSON),
-- `body=@file`, `data:=@file.json`, `address.city=Paris`; and relationships such as `owner=people/3`.

local harnest = require "harnest"
local exact_json = require "harnest.cli.exact_json"
local failure = require "harnest.cli.failure"
local input = require "harnest.cli.input"

local fields = {}

local FORMS = "NAME=TEXT, NAME:=JSON, NAME=@FILE or NAME:=@FILE"
local IN_OPTIONS = { id = "--id", type = "--type" }

--- Splits a path at its dots; a backslash before a dot keeps it in the name.
-- @return an array of names
function fields.path(text)
  local names = {}
  local plain = text:gsub("\\\\", "\1"):gsub("\\%.", "\2")
  for part in (plain .. "."):gmatch "([^.]*)%." do
    names[#names + 1] = part:gsub("\2", "."):gsub("\1", "\\")
  end
  return names
end

--- Sets a member of nested tables.
-- @param root   table
-- @param text   string: the path, such as "address.city"
-- @param value  any value
-- @param what   string: the argument's name, for messages
-- Raises a usage error for an empty name, a member that has a value, and a parent that is no object.
function fields.set(root, text, value, what)
  local names, target = fields.path(text), root
  for i, name in ipairs(names) do
    if name == "" then
      failure.usage('%s: expected a name, with dots between names only, got "%s"', what, text)
    elseif i == #names then
      if target[name] ~= nil then
        failure.usage("%s: %s is given twice", what, text)
      end
      target[name] = value
    else
      local inner = target[name]
      if inner == nil then
        inner = {}
        target[name] = inner
      elseif type(inner) ~= "table" or harnest.is_array(inner) then
        failure.usage("%s: %s has a value that is no object, so it has no member %s", what,
          table.concat(names, ".", 1, i), names[i + 1])
      end
      target = inner
    end
  end
end

--- Returns the text of a value: that of a file for "@FILE", of standard input for "@-".
local function text_of(text, what)
  if text:sub(1, 1) == "@" then
    return input.text(text:sub(2), what)
  end
  return text
end

--- Decodes a JSON value. Raises a usage error if the text is none.
-- @param what  string: the argument's name, for messages
function fields.json(text, what)
  local value, problem = exact_json.decode(text)
  if value == nil then
    failure.usage("%s: expected JSON: %s", what, problem)
  end
  return value
end

--- Splits `name=text` or `name:=text`.
-- @return the name, whether the value is JSON, and the text; nothing if there is no "="
local function split(text)
  local name, value = text:match "^([^=]*)=(.*)$"
  if not name then
    return nil
  elseif name:sub(-1) == ":" then
    return name:sub(1, -2), true, value
  end
  return name, false, value
end

--- Returns attributes.
-- @param texts  array of strings, such as "title=text"
-- @return a table; nil if there are no texts
-- Raises a usage error for a text that is no field.
function fields.attributes(texts)
  if #texts == 0 then
    return nil
  end
  local attributes = {}
  for _, text in ipairs(texts) do
    local name, is_json, value = split(text)
    if not name then
      failure.usage('FIELD: expected %s, got "%s"', FORMS, text)
    elseif IN_OPTIONS[name] then
      failure.usage("FIELD %s: no attribute may have this name; harnest create has the option %s", name,
        IN_OPTIONS[name])
    end
    local what = "FIELD " .. name
    value = text_of(value, what)
    if is_json then
      value = fields.json(value, what)
    end
    fields.set(attributes, name, value, "FIELD")
  end
  return attributes
end

--- Returns the identifier that "TYPE/ID" names.
-- @param what  string: the argument's name, for messages
-- Raises a usage error for another text.
function fields.identifier(text, what)
  local type_name, id = text:match "^([^/]+)/(.+)$"
  if not type_name then
    failure.usage('%s: expected TYPE/ID, such as people/3, got "%s"', what, text)
  end
  return { type = type_name, id = id }
end

--- Returns the linkage that a text names: null for "", an identifier for "people/3", an array for
-- "people/3,people/4", "people/3," and ",".
-- @param what  string: the argument's name, for messages
-- Raises a usage error for another text.
function fields.linkage(text, what)
  if text == "" then
    return harnest.null
  elseif text == "," then
    return harnest.array {}
  elseif not text:find(",", 1, true) then
    return fields.identifier(text, what)
  end
  local identifiers = harnest.array {}
  for part in (text:gsub(",$", "") .. ","):gmatch "([^,]*)," do
    identifiers[#identifiers + 1] = fields.identifier(part, what)
  end
  return identifiers
end

--- Returns relationships.
-- @param texts  array of strings, such as "owner=people/3" or "signers:=JSON"
-- @return a table from name to linkage; nil if there are no texts
-- Raises a usage error for a text that is no relationship.
function fields.relationships(texts)
  if #texts == 0 then
    return nil
  end
  local relationships = {}
  for _, text in ipairs(texts) do
    local name, is_json, value = split(text)
    if not name or name == "" then
      failure.usage('option -r: expected NAME=TYPE/ID, NAME=TYPE/ID,TYPE/ID or NAME=, got "%s"', text)
    elseif relationships[name] ~= nil then
      failure.usage("option -r: %s is given twice; separate resources of one relationship by commas", name)
    end
    local what = "option -r " .. name
    relationships[name] = is_json and fields.json(text_of(value, what), what) or fields.linkage(value, what)
  end
  return relationships
end

return fields

--- Reads resources from NDJSON, JSON, CSV and TSV, one after the other. A file of JSON is read as a whole
-- before the first one.

local harnest = require "harnest"
local columns_reader = require "harnest.cli.columns_reader"
local csv_reader = require "harnest.cli.csv_reader"
local exact_json = require "harnest.cli.exact_json"
local failure = require "harnest.cli.failure"
local file_format = require "harnest.cli.file_format"
local input = require "harnest.cli.input"

local records = {}

--- The formats that the option --format takes.
records.formats = { "ndjson", "json", "csv", "tsv" }

local tab_escapes = { t = "\t", n = "\n", r = "\r", ["\\"] = "\\" }

--- Calls a function. Returns its result; or nil and the message of the usage error that it raised.
local function attempt(fn, ...)
  local done, result = pcall(fn, ...)
  if done then
    return result
  elseif type(result) == "table" and result.kind == "usage" then
    return nil, result.message
  end
  error(result, 0)
end

local function id_of(id)
  if id == nil or id == harnest.null then
    return nil
  elseif type(id) == "number" then
    return harnest.encode(id)
  elseif type(id) == "string" and id ~= "" then
    return id
  end
  failure.usage "id: expected a text"
end

--- Returns the record of a JSON object: a resource, or names and values of attributes.
local function record_of_object(object)
  if type(object) ~= "table" or harnest.is_array(object) then
    failure.usage "expected a JSON object"
  end
  local is_resource = type(object.attributes) == "table" or type(object.relationships) == "table"
    or object.type ~= nil
  if is_resource then
    return {
      id = id_of(object.id),
      type = object.type,
      attributes = object.attributes,
      relationships = object.relationships,
    }
  end
  local attributes = {}
  for name, value in pairs(object) do
    if name ~= "id" then
      attributes[name] = value
    end
  end
  return { id = id_of(object.id), attributes = attributes }
end

local function record_of_json(text)
  local object, problem = exact_json.decode(text)
  if object == nil then
    failure.usage("expected a JSON object: %s", problem)
  end
  return record_of_object(object)
end

--- Returns the cells of a line of TSV, as those of csv_reader.
local function cells_of_tsv(text)
  local texts = {}
  for cell in (text .. "\t"):gmatch "([^\t]*)\t" do
    texts[#texts + 1] = cell:gsub("\\(.)", tab_escapes)
  end
  return { texts = texts, quoted = {} }
end

--- Returns a function that returns the next line without its end, and its number; nil at the end.
local function lines_of(file)
  local number = 0
  return function()
    local line, message
    if file then
      line, message = file:read "*l"
    end
    if message then
      error(failure.new("input", "cannot read the input: %s", message), 0)
    elseif not line then
      if file then
        input.close(file)
        file = nil
      end
      return nil
    end
    number = number + 1
    if number == 1 then
      line = line:gsub("^\239\187\191", "") -- the byte order mark
    end
    return (line:gsub("\r$", "")), number
  end
end

--- Returns the resources of a JSON value: an array, a document with data, or one resource.
local function items_of(value)
  if type(value) == "table" and not harnest.is_array(value) and type(value.data) == "table" and value.type == nil
    and value.attributes == nil then
    value = value.data
  end
  return harnest.is_array(value) and value or { value }
end

--- Returns a function that returns the text of the next resource of a JSON file, its number from 1 on,
-- and the resource; nil at the end.
local function json_texts_of(next_line, what)
  local lines = {}
  for line in next_line do
    lines[#lines + 1] = line
  end
  local value, problem = exact_json.decode(table.concat(lines, "\n"))
  if value == nil then
    failure.usage("%s: expected JSON: %s; with one resource a line, add --format ndjson", what, problem)
  end
  local items, number = items_of(value), 0
  return function()
    number = number + 1
    local item = items[number]
    if item ~= nil then
      return harnest.encode(item), number, item
    end
  end
end

--- Returns the format of lines that may be NDJSON, and a function that returns these lines again: "json"
-- if they begin with an array.
local function told_from_array(next_line, is_stated, what)
  local line, number
  repeat
    line, number = next_line()
  until not line or line:find "%S"
  local is_array = line and line:find "^%s*%["
  if is_array and is_stated then
    failure.usage("%s: expected a JSON object on each line, got an array; --format json reads it", what)
  end
  return is_array and "json" or "ndjson", function()
    if line then
      local first = line
      line = nil
      return first, number
    end
    return next_line()
  end
end

--- Returns the format of a file, and a function that returns the text of the next record, its number,
-- and what is known of it: the cells of CSV and TSV, the value of JSON; nil at the end.
local function texts_of(path, file, options, what)
  local format = options.format or file_format.of(path, records.formats, "--format")
  local next_line = lines_of(file)
  if format == "ndjson" then
    format, next_line = told_from_array(next_line, options.format, what)
  end
  if format == "json" then
    return format, json_texts_of(next_line, what)
  elseif format == "csv" then
    local reader = csv_reader.new(next_line)
    return format, function() return reader:next() end
  elseif format == "tsv" then
    return format, function()
      local line, number = next_line()
      return line, number, line and cells_of_tsv(line)
    end
  end
  return format, next_line
end

--- Returns a function from the text of a record, and what texts_of knows of it, to the record. Reads
-- the header of CSV and TSV.
local function parser_of(format, next_text, options, what)
  if format == "ndjson" then
    return record_of_json
  elseif format == "json" then
    return function(_, value) return record_of_object(value) end
  end
  local header, _, columns = next_text()
  if not header then
    failure.usage("%s: expected a line with the names of the columns, got nothing", what)
  elseif columns.problem then
    failure.usage("%s: line 1, which names the columns: %s", what, columns.problem)
  end
  local read = columns_reader(columns.texts, options, format, what .. ": line 1, which names the columns")
  return function(_, cells)
    local record = read(cells)
    record.is_unquoted = format == "tsv"
    return record
  end
end

--- Opens a file of records.
-- @param path     string, "-" for standard input
-- @param options  table: format (default: by the file's name), json, relationships, null,
--                 empty_is_null
-- @return a function that returns the number of the next record's line, its text, and the record
-- {id, type, attributes, relationships} or nil and a message; nil at the end. Of CSV and TSV, records
-- have is_partial; of TSV is_unquoted, since null and an empty text look the same
-- @return what the numbers count: "line", or "resource" of JSON
-- Raises a usage error if there is no such file, for an unknown ending, for a wrong header, and for a
-- file of JSON that is none.
function records.open(path, options)
  local what = "FILE " .. path
  local format, next_text = texts_of(path, input.open(path, "FILE"), options, what)
  if (format == "ndjson" or format == "json") and (options.json or options.relationships) then
    failure.usage("option --%s: expected with csv and tsv only", options.json and "json" or "relationships")
  end
  local parse = parser_of(format, next_text, options, what)
  local is_over = false
  return function()
    local text, number, known
    while not is_over and not (text and text:find "%S") do
      text, number, known = next_text()
      is_over = not text
    end
    if is_over then
      return nil
    end
    return number, text, attempt(parse, text, known)
  end, format == "json" and "resource" or "line"
end

return records

--- CSV (RFC 4180), and TSV, in which tabs and line ends are escaped by a backslash.

local cell = require "harnest.cli.cell"
local writer = require "harnest.cli.writer"

local csv = {}

local number_type = math.type or function() end
local unpack = table.unpack or unpack -- luacheck: ignore 113

--- Returns a text whose beginning no spreadsheet takes for a formula.
local function safe(text)
  return text:find "^[=+%-@\t\r]" and "'" .. text or text
end

local find = string.find

local function quoted(text)
  if text == "" or find(text, '[",\r\n]') then
    return '"' .. text:gsub('"', '""') .. '"'
  end
  return text
end

local tab_escapes = { ["\t"] = "\\t", ["\n"] = "\\n", ["\r"] = "\\r", ["\\"] = "\\\\" }

local function escaped(text)
  return (text:gsub("[\t\n\r\\]", tab_escapes))
end

local MOST_COMPILED = 60 -- columns; a function has 200 variables at most

--- Returns a function that takes the values of a row and returns its line. It is compiled for the
-- number of columns: rows are many.
-- @param encoded  function: returns a value as text
local function line_maker(count, separator, line_end, encoded)
  if count > MOST_COMPILED then
    return function(...)
      local texts = { ... }
      for i = 1, count do
        texts[i] = encoded(texts[i])
      end
      return table.concat(texts, separator) .. line_end
    end
  end
  local names, texts = {}, {}
  for i = 1, count do
    names[i] = "value" .. i
    texts[i] = ("encoded(value%d)"):format(i)
  end
  local text = ("local encoded = ...; return function(%s) return %s .. %q end"):format(table.concat(names, ", "),
    table.concat(texts, (" .. %q .. "):format(separator)), line_end)
  return assert((loadstring or load)(text, "=line"))(encoded)
end

--- Makes the functions of the format.
-- @param options  table: null (text of null, default ""), safe (boolean)
-- @param name     string: "csv" or "tsv"
local function make(options, name, separator, line_end, encode)
  local null = options.null or ""

  local make_safe = options.safe and safe

  local function encoded(value)
    local kind = type(value)
    if kind == "string" then
      return encode(make_safe and make_safe(value) or value)
    elseif number_type(value) == "integer" then
      return value -- `..` makes its text
    end
    local text = cell.text(value)
    if text == nil then
      return null
    end
    return kind == "table" and encode(text) or text -- numbers and booleans need no quotes
  end

  local format, count, make_line = {}, 0, nil

  --- How api:rows makes lines of the format.
  format.lines = { format = name, null = null, safe = options.safe == true, block = writer.BLOCK }

  --- Begins the output.
  -- @param columns  array of strings
  function format.begin(columns)
    count = #columns
    make_line = line_maker(count, separator, line_end, encoded)
    local header = {}
    for i = 1, count do
      header[i] = encode(options.safe and safe(columns[i]) or columns[i])
    end
    writer.write(table.concat(header, separator) .. line_end)
    writer.flush()
  end

  --- Writes a row, whose values are in an array.
  function format.row(values)
    writer.write(make_line(unpack(values, 1, count)))
  end

  function format.finish() end

  format.pause = writer.flush

  return format
end

function csv.csv(options)
  return make(options, "csv", ",", "\r\n", quoted)
end

function csv.tsv(options)
  return make(options, "tsv", "\t", "\n", escaped)
end

return csv

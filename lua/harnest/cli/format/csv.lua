--- CSV (RFC 4180), and TSV, in which tabs and line ends are escaped by a backslash.

local cell = require "harnest.cli.cell"
local writer = require "harnest.cli.writer"

local csv = { by_column = true }

--- Returns a text whose beginning no spreadsheet takes for a formula.
local function safe(text)
  return text:find "^[=+%-@\t\r]" and "'" .. text or text
end

local function quoted(text)
  if text == "" or text:find '[",\r\n]' then
    return '"' .. text:gsub('"', '""') .. '"'
  end
  return text
end

local tab_escapes = { ["\t"] = "\\t", ["\n"] = "\\n", ["\r"] = "\\r", ["\\"] = "\\\\" }

local function escaped(text)
  return (text:gsub("[\t\n\r\\]", tab_escapes))
end

--- Makes the functions of the format.
-- @param options  table: null (text of null, default ""), safe (boolean)
local function make(options, separator, line_end, encode)
  local null = options.null or ""

  local make_safe = options.safe and safe

  local function encoded(value)
    local kind = type(value)
    if kind == "string" then
      return encode(make_safe and make_safe(value) or value)
    end
    local text = cell.text(value)
    if text == nil then
      return null
    end
    return kind == "table" and encode(text) or text -- numbers and booleans need no quotes
  end

  local format, line, count = {}, {}, 0

  --- Begins the output.
  -- @param columns  array of strings
  function format.begin(columns)
    count = #columns
    for i = 1, count do
      line[i] = encode(options.safe and safe(columns[i]) or columns[i])
    end
    writer.write(table.concat(line, separator), line_end)
    writer.flush()
  end

  --- Writes a row, whose values are in an array.
  function format.row(values)
    for i = 1, count do
      line[i] = encoded(values[i])
    end
    writer.write(table.concat(line, separator), line_end)
  end

  function format.finish() end

  format.pause = writer.flush

  return format
end

function csv.csv(options)
  return make(options, ",", "\r\n", quoted)
end

function csv.tsv(options)
  return make(options, "\t", "\n", escaped)
end

return csv

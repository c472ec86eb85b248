--- CSV (RFC 4180), and TSV, in which tabs and line ends are escaped by a backslash.

local cell = require "harnest.cli.cell"
local failure = require "harnest.cli.failure"
local writer = require "harnest.cli.writer"

local csv = {}

--- Returns a text whose beginning no spreadsheet takes for a formula.
local function safe(text)
  return text:find "^[=+%-@\t\r]" and "'" .. text or text
end

local find = string.find

local function quoted(text, null)
  if text == "" or text == null or find(text, '[",\r\n]') then
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
-- @param name     string: "csv" or "tsv"
local function make(options, name, separator, line_end, encode)
  local null = options.null or ""
  if null:find(name == "csv" and '[",\r\n]' or "[\t\r\n]") then
    failure.usage("option --null: expected text without %s, got %s",
      name == "csv" and "commas, quotes and line ends" or "tabs and line ends", cell.plain(("%q"):format(null)))
  end

  local function encoded(value)
    local text = cell.text(value)
    if text == nil then
      return null
    elseif type(value) == "string" then
      return encode(options.safe and safe(value) or value, null)
    end
    return type(value) == "table" and encode(text, null) or text -- numbers and booleans need no quotes
  end

  local format, count = {}, 0

  --- How api:rows makes lines of the format.
  format.lines = { format = name, null = null, safe = options.safe == true, block = writer.BLOCK }

  --- Begins the output.
  -- @param columns  array of strings
  function format.begin(columns)
    count = #columns
    local header = {}
    for i = 1, count do
      header[i] = encode(options.safe and safe(columns[i]) or columns[i])
    end
    writer.write(table.concat(header, separator) .. line_end)
    writer.flush()
  end

  --- Writes a row.
  -- @param values  array
  function format.row(values)
    local texts = {}
    for i = 1, count do
      texts[i] = encoded(values[i])
    end
    local line = table.concat(texts, separator)
    writer.write((line == "" and name == "csv" and '""' or line) .. line_end) -- a blank line would be no row
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

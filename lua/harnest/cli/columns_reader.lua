--- Makes records from the cells of CSV and TSV, by the names of the columns.

local harnest = require "harnest"
local failure = require "harnest.cli.failure"
local fields = require "harnest.cli.fields"

--- Returns the set of the names in a text that are separated by commas.
local function set_of(text)
  local set = {}
  for name in (text or ""):gmatch "[^,]+" do
    set[name] = true
  end
  return set
end

--- Raises a usage error for a name of an option that is no column.
local function check_names(option, names, columns)
  local known = {}
  for _, column in ipairs(columns) do
    known[column] = true
  end
  for name in pairs(names) do
    if not known[name] then
      failure.usage("option %s: there is no column %s (columns: %s)", option, name, table.concat(columns, ", "))
    end
  end
end

-- Characters that separate columns in other formats than the one that is read.
local foreign_separators = { csv = "[;\t]", tsv = "[;,]" }
local separators = { csv = "a comma", tsv = "a tab" }

--- Raises a usage error if the columns have a wrong separator, no name, or two names that exclude each
-- other: the same one, or "a" and "a.b".
-- @param relationships  set of names
local function check_columns(columns, relationships, format, what)
  local found = #columns == 1 and columns[1]:match(foreign_separators[format])
  if found then
    failure.usage("%s: expected names with %s between them, got %s", what, separators[format], columns[1])
  end
  local attributes, others = {}, {}
  for i, column in ipairs(columns) do
    local is_other = column == "id" or column == "type" or relationships[column]
    if column == "" then
      failure.usage("%s: expected a name for each column, got none for column %d", what, i)
    elseif is_other and others[column] then
      failure.usage("%s: %s is given twice", what, column)
    elseif is_other then
      others[column] = true
    else
      fields.set(attributes, column, true, what)
    end
  end
end

--- Returns a function from cells to a record.
-- @param columns  array of strings: the names of the columns
-- @param options  table: json, relationships (names of columns), null (text of null), empty_is_null
-- @param format   string: "csv" or "tsv"
-- @param what     string: what the names are in, for messages
-- Raises a usage error for wrong names.
return function(columns, options, format, what)
  local json, relationships = set_of(options.json), set_of(options.relationships)
  check_columns(columns, relationships, format, what)
  check_names("--json", json, columns)
  check_names("--relationships", relationships, columns)

  --- Returns the value of a cell; nil for one that is left out.
  local function value_of(column, text, is_quoted)
    if not is_quoted and (text == options.null or text == "" and options.empty_is_null) then
      return harnest.null
    elseif text == "" and not is_quoted then
      return nil
    elseif json[column] then
      return fields.json(text, column)
    end
    return text
  end

  return function(cells)
    local texts, quoted = cells.texts, cells.quoted
    if cells.problem then
      failure.usage("%s", cells.problem)
    elseif #texts ~= #columns then
      failure.usage("expected %d cells, got %d", #columns, #texts)
    end
    local record = { attributes = {}, is_partial = true }
    for i, column in ipairs(columns) do
      local text = texts[i]
      if column == "id" or column == "type" then
        record[column] = text ~= "" and text or nil
      elseif relationships[column] and (text ~= "" or quoted[i] or options.empty_is_null) then
        record.relationships = record.relationships or {}
        record.relationships[column] = fields.linkage(text, column)
      elseif not relationships[column] then
        local value = value_of(column, text, quoted[i])
        if value ~= nil then
          fields.set(record.attributes, column, value, "column")
        end
      end
    end
    return record
  end
end

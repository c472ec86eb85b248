--- What a list command reads: rows of columns, or resources. Results show as pages arrive.

local harnest = require "harnest"
local cell = require "harnest.cli.cell"
local failure = require "harnest.cli.failure"
local nearest = require "harnest.cli.nearest"
local output = require "harnest.cli.output"
local progress = require "harnest.cli.progress"
local query_options = require "harnest.cli.query_options"
local settings = require "harnest.cli.settings"
local writer = require "harnest.cli.writer"

local source = {}

--- Returns the attributes of a resource; an empty table if it has none, or an array in their place.
function source.attributes_of(resource)
  local attributes = resource.attributes
  return type(attributes) == "table" and not harnest.is_array(attributes) and attributes or {}
end

--- Returns the columns of a page's resources: id and their attributes.
function source.columns_of(page)
  local names, known = {}, {}
  for i = 1, #page do
    for name in pairs(source.attributes_of(page[i])) do
      if not known[name] then
        known[name] = true
        names[#names + 1] = name
      end
    end
  end
  table.sort(names)
  table.insert(names, 1, "id")
  return names
end

--- Notes a column that the first page did not have.
local function note_column(name)
  failure.note('the column "%s" is left out: no resource of the first page has it; name the columns by --fields',
    cell.plain(name))
end

--- Returns a function that notes, once, each column that the first page did not have.
function source.warner(columns)
  local known, noted = {}, {}
  for _, name in ipairs(columns) do
    known[name] = true
  end
  return function(attributes)
    for name in pairs(attributes) do
      if not known[name] and not noted[name] then
        noted[name] = true
        note_column(name)
      end
    end
  end
end

--- Returns a function that counts items, one if it gets no number, and writes what is buffered: after
-- the first item, and when nothing more has arrived.
local function ticker(format)
  local is_first = true
  local pause = format and format.pause or writer.flush
  return function(count)
    if progress.tick(count) then
      pause()
    elseif is_first and pause == writer.flush then
      writer.flush()
    end
    is_first = false
  end
end

--- Returns the known columns of a list as the keys of a table, and the names of its relationships,
-- likewise; empty tables if its page cannot be read.
local function known_columns(api, place, query)
  local description = api:describe(place, { filter = query.filter, include = query.include, params = query.params })
  if not description then
    return {}, {}
  end
  local known = { id = true, type = true }
  for name in pairs(description.attributes) do
    known[name] = true
  end
  for name in pairs(description.relationships) do
    known[name .. ".id"] = true
  end
  return known, description.relationships
end

--- Returns the error of an unknown column as a usage error with the known ones.
function source.column_error(api, place, query, err)
  local column = cell.plain(err.message:match 'column "([^"]*)"')
  local known, relationships = known_columns(api, place, query)
  local name = column:match "^[^.]+" or column
  if known[name] or relationships[name] then -- owner.titel
    local reason = err.message:match('column ".*$'):gsub(" %(missing = .*$", "")
    return failure.new("usage", "%s", "option --fields: " .. reason)
  end
  local names = {}
  for candidate in pairs(known) do
    names[#names + 1] = cell.plain(candidate)
  end
  table.sort(names)
  local best = nearest.name(name, known)
  return failure.new("usage", 'option --fields: unknown column "%s"%s (known: %s)', column,
    best and ('; did you mean "%s"?'):format(cell.plain(best)) or "", table.concat(names, ", "))
end

function source.is_column_error(err)
  return type(err) == "table" and err.kind == "refused" and err.message and err.message:find('column "', 1, true)
end

--- Writes a list as rows of columns that the user has named. A column that no resource of the first
-- page has is an error; one that a later page lacks is empty there.
local function write_rows(api, place, query, columns, format)
  query.null, query.missing, query.lines = harnest.null, nil, format.lines
  local rows, tick, count = api:rows(place, columns, query), ticker(format), 0
  local function begin()
    if count == 0 then
      format.begin(columns)
    end
  end
  local function write(...)
    begin()
    count = count + 1
    format.row { ... }
    tick()
  end
  if format.lines then
    write = function(text, lines)
      begin()
      count = count + lines
      writer.write(text)
      tick(lines)
    end
  end
  local done, err = pcall(rows.each, rows, write)
  if not done and source.is_column_error(err) and count > 0 then
    query.after, query.missing = rows:cursor(), "nil"
    query.limit = query.limit and query.limit - count
    api:rows(place, columns, query):each(write)
  elseif not done then
    error(source.is_column_error(err) and source.column_error(api, place, query, err) or err, 0)
  end
  begin()
  format.finish()
end

--- Returns an iterator's function that calls `take(resource, page)` and `begin(page)` at each page.
local function each_resource(api, place, query, begin, take)
  local last_page
  api:list(place, query):each(function(resource, page)
    if page ~= last_page then
      last_page = page
      begin(page)
    end
    take(resource)
  end)
end

--- Returns the values of a resource's columns: its id, and attributes.
function source.values_of(resource, columns)
  local attributes, values = source.attributes_of(resource), { resource.id }
  for i = 2, #columns do
    values[i] = attributes[columns[i]]
  end
  return values
end

-- The most columns of rows, and the names that mean a resource's own member there.
local MOST_COLUMNS, OWN_MEMBERS = 200, { id = true, type = true, meta = true, links = true }

--- Whether rows have these columns, of which the first is id, where resources have them as attributes.
local function are_columns_of_rows(columns)
  for i = 2, #columns do
    if OWN_MEMBERS[columns[i]] or columns[i] == "" or columns[i]:find(".", 1, true) then
      return false
    end
  end
  return #columns <= MOST_COLUMNS
end

--- Writes a list as lines, whose columns are those of its first resource, taken just now.
local function write_lines(list, columns, lines, tick)
  lines.others = true
  list:rows(columns, { lines = lines, again = true }):each(function(text, count, ...)
    for i = 1, select("#", ...) do
      note_column((select(i, ...)))
    end
    writer.write(text)
    tick(count)
  end)
end

--- Writes a list as rows of all attributes of its first page.
local function write_attributes(api, place, query, format)
  local list, tick = api:list(place, query), ticker(format)
  local resource, page = list:next()
  if resource == nil and page then
    error(page, 0)
  end
  local columns = source.columns_of(page or {})
  format.begin(columns)
  if resource and format.lines and are_columns_of_rows(columns) then
    write_lines(list, columns, format.lines, tick)
  elseif resource then
    local warn = source.warner(columns)
    local function write(taken)
      warn(source.attributes_of(taken))
      format.row(source.values_of(taken, columns))
      tick()
    end
    write(resource)
    list:each(write)
  end
  format.finish()
end

--- Writes a list's resources.
local function write_resources(api, place, query, format)
  local tick = ticker(format)
  each_resource(api, place, query, format.page or function() end, function(resource)
    format.value(resource)
    tick()
  end)
  format.finish()
end

--- Writes the ids of a list's resources, one a line.
local function write_ids(api, place, query)
  local tick = ticker()
  query.null = harnest.null
  api:rows(place, { "id" }, query):each(function(id)
    writer.write(cell.text(id) or "", "\n")
    tick()
  end)
end

--- Writes a list in a format.
-- @param columns  array of strings, or nil
-- @param name     string: the format's name
local function write_list(api, place, query, columns, name, format)
  if name == "ids" then
    write_ids(api, place, query)
  elseif columns then
    write_rows(api, place, query, columns, format)
  elseif format.value then
    write_resources(api, place, query, format)
  else
    write_attributes(api, place, query, format)
  end
end

--- Requests a list and writes it as the options say.
-- @param options  table: the parsed options
-- @param place    a type or path
function source.run(options, place)
  local name = output.name(options, true)
  local api, query = settings.client(options), query_options.query(options)
  if name == "raw" then
    output.write_raw(api, place, query)
    return
  end
  local format = output.format(name, options, true)
  write_list(api, place, query, query_options.columns(options), name, format)
end

return source

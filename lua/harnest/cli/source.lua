--- What a list command reads: rows of columns, or resources. Results show as pages arrive.

local harnest = require "harnest"
local writer = require "harnest.cli.writer"

local source = {}

local FLUSH_EVERY = 500 -- items

--- Returns the columns of a page's resources: id and their attributes.
function source.columns_of(page)
  local names, known = {}, {}
  for _, resource in ipairs(page) do
    for name in pairs(type(resource.attributes) == "table" and resource.attributes or {}) do
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

--- Tells once that a column which the first page did not have is left out.
function source.warner(columns)
  local known, told = {}, {}
  for _, name in ipairs(columns) do
    known[name] = true
  end
  return function(attributes)
    for name in pairs(attributes) do
      if not known[name] and not told[name] then
        told[name] = true
        io.stderr:write(('harnest: the column "%s" is left out: no resource of the first page has it; name the '
          .. 'columns by --fields\n'):format(name))
      end
    end
  end
end

--- Counts items, and writes what is buffered now and then.
local function flusher()
  local count = 0
  return function()
    count = count + 1
    if count % FLUSH_EVERY == 1 then
      writer.flush()
    end
  end
end

--- Writes a list as rows of columns that the user has named.
function source.write_rows(api, place, query, columns, format)
  query.null, query.missing = harnest.null, nil
  format.begin(columns)
  local rows, tick = api:rows(place, columns, query), flusher()
  local function write(...)
    format.row { ... }
    tick()
  end
  rows:each(write)
  format.finish()
end

--- Returns a function that writes what is buffered when a page ends, and after its first resource.
local function page_flusher()
  local last_page, is_first
  return function(page)
    if page ~= last_page or is_first then
      writer.flush()
    end
    is_first, last_page = page ~= last_page, page
  end
end

--- Returns the attributes of a resource; an empty table if it has none.
function source.attributes_of(resource)
  return type(resource.attributes) == "table" and resource.attributes or {}
end

--- Writes a list as rows of all attributes.
function source.write_attributes(api, place, query, format)
  local columns, warn
  local tick = page_flusher()

  local function begin(page)
    columns = source.columns_of(page)
    warn = source.warner(columns)
    format.begin(columns)
  end

  for resource, page in api:list(place, query) do
    if not columns then
      begin(page)
    end
    local attributes = source.attributes_of(resource)
    local values = { resource.id }
    for i = 2, #columns do
      values[i] = attributes[columns[i]]
    end
    warn(attributes)
    format.row(values)
    tick(page)
  end
  if not columns then
    begin {}
  end
  format.finish()
end

--- Writes a list's resources.
function source.write_resources(api, place, query, format)
  local tick = page_flusher()
  for resource, page in api:list(place, query) do
    format.value(resource)
    tick(page)
  end
  format.finish()
end

--- Writes the ids of a list's resources, one a line.
function source.write_ids(api, place, query)
  local tick = flusher()
  for id in api:rows(place, { "id" }, query) do
    writer.write(id, "\n")
    tick()
  end
end

--- Writes a list in a format.
-- @param columns  array of strings, or nil
-- @param name     string: the format's name
function source.write(api, place, query, columns, name, format)
  if name == "ids" then
    source.write_ids(api, place, query)
  elseif columns then
    source.write_rows(api, place, query, columns, format)
  elseif format.value then
    source.write_resources(api, place, query, format)
  else
    source.write_attributes(api, place, query, format)
  end
end

return source

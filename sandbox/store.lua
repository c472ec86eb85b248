-- Reads rows from the request's database. A row has `id` (number or text), the JSON texts of its
-- attributes at 1, 2, … in the order of the schema, and the id of the target (or nil) by the name
-- of each to-one relationship.

local bulk = require "sandbox.bulk"

local store = {}

-- Sets the database of this request (see databases.lua).
function store.use(database)
  ngx.ctx.database = database
end

-- Returns the id for a text: a number if the sandbox could have chosen it, else the text.
function store.id(text)
  local number = #text < 15 and (text == "0" or text:find("^[1-9]%d*$")) and tonumber(text)
  return number or text
end

function store.quote(text)
  return "'" .. text:gsub("%z.*", ""):gsub("'", "''") .. "'"
end

-- Returns an id as an SQL literal; NULL for nil.
function store.literal(id)
  if not id then return "NULL" end
  return type(id) == "number" and ("%d"):format(id) or store.quote(id)
end

function store.literals(ids)
  local list = {}
  for i, id in ipairs(ids) do list[i] = store.literal(id) end
  return table.concat(list, ",")
end

-- Executes a statement. Returns a cursor, or the number of changed rows.
function store.execute(sql)
  return assert(ngx.ctx.database.connection:execute(sql))
end

local function each(sql)
  local cursor = store.execute(sql)
  return function()
    local record = cursor:fetch({}, "n")
    if not record then cursor:close() end
    return record
  end
end

-- Returns the single value of a query.
function store.value(sql)
  local cursor = store.execute(sql)
  local value = cursor:fetch()
  cursor:close()
  return value
end

local function columns_of(type)
  if not type.columns then
    local columns = {}
    for _, attribute in ipairs(type.attributes) do columns[#columns + 1] = attribute.name end
    columns[#columns + 1] = "id"
    for _, relationship in ipairs(type.relationships) do
      if not relationship.through then columns[#columns + 1] = relationship.name end
    end
    type.columns = table.concat(columns, ", ")
  end
  return type.columns
end

local function rows_of(type, rest)
  local rows = {}
  for record in each("SELECT " .. columns_of(type) .. " FROM " .. type.name .. " " .. rest) do
    local position = #type.attributes + 1
    record.id = record[position]
    for _, relationship in ipairs(type.relationships) do
      if not relationship.through then
        position = position + 1
        record[relationship.name] = record[position]
      end
    end
    rows[#rows + 1] = record
  end
  return rows
end

-- `where` is a condition, or nil for all rows. SQLite counts all rows without reading them.
local function where_clause(where)
  return where and " WHERE " .. where or ""
end

function store.list(type, where, order, limit, offset)
  if type.generated then return bulk.list(limit, offset) end
  return rows_of(type, ("%s ORDER BY %s LIMIT %d OFFSET %d"):format(where_clause(where), order, limit, offset))
end

function store.count(type, where)
  if type.generated then return bulk.total end
  return store.value("SELECT count(*) FROM " .. type.name .. where_clause(where))
end

function store.find(type, ids)
  if #ids == 0 then return {} end
  if type.generated then return bulk.find(ids) end
  return rows_of(type, "WHERE id IN (" .. store.literals(ids) .. ") ORDER BY id")
end

-- Returns the targets of a to-many relationship: a table from each of `ids` to an array of target
-- ids.
function store.targets(relationship, ids)
  local targets = {}
  for _, id in ipairs(ids) do targets[id] = {} end
  if #ids == 0 then return targets end
  local through = relationship.through
  local sql = ("SELECT %s, %s FROM %s WHERE %s IN (%s) ORDER BY %s"):format(through.from, through.to, through.table,
    through.from, store.literals(ids), through.order)
  for record in each(sql) do
    local list = targets[record[1]]
    list[#list + 1] = record[2]
  end
  return targets
end

-- Returns the SQL condition that a row is a target of the to-many relationship of one resource.
function store.is_target(relationship, id)
  local through = relationship.through
  return ("id IN (SELECT %s FROM %s WHERE %s = %s)"):format(through.to, through.table, through.from, store.literal(id))
end

return store

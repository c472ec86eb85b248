-- Changes rows of the request's database. Ids and values have the form of rows of the store.

local store = require "sandbox.store"
local types = require "sandbox.schema"

local edit = {}

-- Calls `change` in a transaction, which is rolled back if `change` raises.
function edit.whole(change)
  store.execute "BEGIN"
  local ok, result = pcall(change)
  store.execute(ok and "COMMIT" or "ROLLBACK")
  if not ok then error(result, 0) end
  return result
end

-- Returns a number that no resource of this type has had as its id.
function edit.next_id(type)
  store.execute(("UPDATE last_numbers SET number = number + 1 WHERE type = '%s'"):format(type.name))
  return store.value(("SELECT number FROM last_numbers WHERE type = '%s'"):format(type.name))
end

local function note_number(type, id)
  if _G.type(id) ~= "number" then return end
  store.execute(("UPDATE last_numbers SET number = max(number, %d) WHERE type = '%s'"):format(id, type.name))
end

-- Inserts a row. `values` is {attribute name = JSON text}.
function edit.insert(type, id, values)
  local columns, literals = { "id" }, { store.literal(id) }
  for name, text in pairs(values) do
    columns[#columns + 1], literals[#literals + 1] = name, store.quote(text)
  end
  store.execute(("INSERT INTO %s (%s) VALUES (%s)"):format(type.name, table.concat(columns, ","),
    table.concat(literals, ",")))
  note_number(type, id)
end

function edit.update(type, id, values)
  for name, text in pairs(values) do
    store.execute(("UPDATE %s SET %s = %s WHERE id = %s"):format(type.name, name, store.quote(text), store.literal(id)))
  end
end

local function join(through, id, targets)
  local next_place = ("(SELECT coalesce(max(%s), 0) + 1 FROM %s WHERE %s = %s)"):format(through.order, through.table,
    through.from, store.literal(id))
  for _, target in ipairs(targets) do
    store.execute(("INSERT OR IGNORE INTO %s (%s, %s, %s) VALUES (%s, %s, %s)"):format(through.table, through.from,
      through.order, through.to, store.literal(id), next_place, store.literal(target)))
  end
end

-- Appends targets to a to-many relationship, except those that it has already.
function edit.add_targets(id, relationship, targets)
  local through = relationship.through
  if through.joins then return join(through, id, targets) end
  store.execute(("UPDATE %s SET %s = %s WHERE id IN (%s)"):format(through.table, through.from, store.literal(id),
    store.literals(targets)))
end

-- Removes the targets of `id` for which the SQL condition is true.
local function part(through, id, condition)
  local how = through.joins and "DELETE FROM " .. through.table
    or ("UPDATE %s SET %s = NULL"):format(through.table, through.from)
  store.execute(("%s WHERE %s = %s%s"):format(how, through.from, store.literal(id), condition))
end

-- Removes targets from a to-many relationship. Absent ones are ignored.
function edit.remove_targets(id, relationship, targets)
  part(relationship.through, id, (" AND %s IN (%s)"):format(relationship.through.to, store.literals(targets)))
end

-- Replaces the targets of a relationship, in this order. A to-one relationship has at most one.
function edit.replace_targets(id, relationship, targets)
  if relationship.many then
    part(relationship.through, id, "")
    edit.add_targets(id, relationship, targets)
  else
    store.execute(("UPDATE %s SET %s = %s WHERE id = %s"):format(relationship.from.name, relationship.name,
      store.literal(targets[1]), store.literal(id)))
  end
end

-- Removes a resource from all targets of one relationship.
local function forget(relationship, target)
  local through = relationship.through
  if not through then
    store.execute(("UPDATE %s SET %s = NULL WHERE %s = %s"):format(relationship.from.name, relationship.name,
      relationship.name, target))
  elseif through.joins then
    store.execute(("DELETE FROM %s WHERE %s = %s"):format(through.table, through.to, target))
  end
end

-- Deletes a row and all references to it.
function edit.delete(type, id)
  for _, relationship in ipairs(type.relationships) do
    if relationship.many then part(relationship.through, id, "") end
  end
  for _, other in pairs(types) do
    for _, relationship in ipairs(other.generated and {} or other.relationships) do
      if relationship.type == type.name then forget(relationship, store.literal(id)) end
    end
  end
  store.execute(("DELETE FROM %s WHERE id = %s"):format(type.name, store.literal(id)))
end

return edit

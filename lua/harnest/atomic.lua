--- Several writes that succeed or fail as one: the extension Atomic Operations
-- (https://jsonapi.org/ext/atomic).

local core = require "harnest.core"
local array = require "harnest.array"
local call = require "harnest.call"
local job = require "harnest.job"
local linkage = require "harnest.linkage"
local write = require "harnest.write"

local EXTENSION = "https://jsonapi.org/ext/atomic"

local function complain(path, complaint)
  core.usage_error("atomic: " .. path .. ": " .. complaint)
end

local function check_members(operation, path)
  if type(operation) ~= "table" then
    complain(path, "expected an operation, got " .. core.describe(operation))
  end
  core.check_members(operation, "operation", "atomic: " .. path .. ".")
end

--- Raises a usage error for a wrong `op`, or for both ref and href.
local function check_op(operation, path)
  if operation.op ~= "add" and operation.op ~= "update" and operation.op ~= "remove" then
    complain(path .. ".op", 'expected "add", "update" or "remove", got '
      .. (operation.op and '"' .. core.excerpt(operation.op) .. '"' or "nil"))
  elseif operation.ref and operation.href then
    complain(path, "expected either ref or href, got both")
  end
end

--- Returns the `ref` of an operation as it is sent; nil if it has none.
local function ref_of(operation, path)
  local ref = operation.ref
  if not ref then
    if operation.op == "remove" and not operation.href then
      complain(path, "expected a ref or href for op remove, got neither")
    end
    return nil
  end
  core.check_members(ref, "ref", "atomic: " .. path .. ".ref.")
  local identifier = linkage.identifier(ref, "atomic: " .. path .. ".ref")
  local name = rawget(ref, "relationship")
  if name == nil and operation.op == "add" then
    complain(path .. ".ref",
      "op add takes a ref only with a relationship; to add a resource, give its type in data")
  end
  return {
    type = identifier.type,
    id = identifier.id,
    lid = identifier.id == nil and identifier.lid or nil,
    relationship = name,
  }
end

--- Returns the resource object of an operation's data, with the checks of create and update.
local function resource_of(data, path)
  data = write.plain(data)
  core.check_members(data, "resource", "atomic: " .. path .. ".data.")
  if type(rawget(data, "type")) ~= "string" then
    complain(path .. ".data.type", "expected a string, got " .. core.describe(rawget(data, "type")))
  end
  return write.object(data, rawget(data, "type"), nil, "atomic: " .. path .. ".data.")
end

--- Returns whether an operation changes a relationship: by its ref, or if its href ends in
-- /relationships/NAME.
local function is_on_relationship(operation)
  if operation.ref then
    return rawget(operation.ref, "relationship") ~= nil
  end
  return operation.href ~= nil and operation.href:find "/relationships/[^/]+$" ~= nil
end

--- Returns the `data` of an operation as it is sent: linkage or a resource object.
local function data_of(operation, path)
  local data = operation.data
  if is_on_relationship(operation) then
    if data == nil then
      complain(path .. ".data", "expected resources, identifiers or null, got nil")
    elseif operation.op == "update" then
      return linkage.of(data, "atomic: " .. path .. ".data")
    end
    return linkage.identifiers(linkage.is_identifier(data) and { data } or data,
      "atomic: " .. path .. ".data")
  elseif operation.op == "remove" then
    return data
  elseif type(data) ~= "table" then
    complain(path .. ".data", "expected a resource, got " .. core.describe(data))
  end
  return resource_of(data, path)
end

--- Checks an operation and returns a copy as it is sent.
local function prepare(given, path)
  given = write.plain(given)
  check_members(given, path)
  local operation = {} -- without a metatable
  for name, value in next, given do
    operation[name] = value
  end
  check_op(operation, path)
  local ref, data = ref_of(operation, path), data_of(operation, path)
  operation.ref, operation.data = ref, data
  return operation
end

-- Returns a key for type and lid. The length keeps them apart, since both may hold any character.
local function key_of(identifier)
  return #identifier.type .. ":" .. identifier.type .. identifier.lid
end

--- Calls `fn(identifier, path)` for each identifier with a lid in an operation.
local function each_reference(operation, path, fn)
  local function visit(data, place)
    if linkage.is_identifier(data) then
      if rawget(data, "id") == nil then
        fn(data, place)
      end
    elseif type(data) == "table" then
      for i = 1, linkage.length(data) do
        visit(rawget(data, i), place .. "[" .. i .. "]")
      end
    end
  end
  local data = operation.data
  visit(operation.ref, path .. ".ref")
  if is_on_relationship(operation) or operation.op == "update" then
    visit(data, path .. ".data")
  end
  local has_object = type(data) == "table" and operation.op ~= "remove"
  for name, relationship in next, has_object and data.relationships or {} do
    if not linkage.is_at_name(name) then
      visit(relationship.data, path .. ".data.relationships." .. linkage.shown_name(name))
    end
  end
end

--- Checks the lids: an operation defines a lid once, before others refer to it or in the same
-- operation.
-- @return nil if they are right; else what is wrong, and the operation's index
local function lid_error(operations)
  local made, problem, culprit = {}, nil, nil
  for i, operation in ipairs(operations) do
    local path = ("operations[%d]"):format(i)
    local adds = operation.op == "add" and not is_on_relationship(operation)
    if adds and operation.data.lid and operation.data.id == nil then
      local key = key_of(operation.data)
      if made[key] then
        return path .. '.data.lid: "' .. core.excerpt(operation.data.lid) .. '" is already defined by operations['
          .. made[key] .. "]", i
      end
      made[key] = i
    end
    each_reference(operation, path, function(identifier, place)
      if not problem and not made[key_of(identifier)] then
        problem = place .. ': no earlier operation defines the lid "'
          .. core.excerpt(identifier.lid) .. '"'
        culprit = i
      end
    end)
    if problem then
      return problem, culprit
    end
  end
end

--- Returns the index of the operation that a server's error points to; nil if it points to none.
-- @param err    the error object
-- @param count  how many operations were sent
local function culprit_of(err, count)
  for _, object in ipairs(err.errors or {}) do
    local source = type(object) == "table" and object.source
    local pointer = type(source) == "table" and source.pointer
    local position = type(pointer) == "string"
      and tonumber((pointer .. "/"):match "^/atomic:operations/(%d+)/")
    if position and position < count then
      return position + 1
    end
  end
end

local function refusal(problem, operation)
  local err = core.error("refused", "refused: atomic: " .. problem)
  err.operation = operation
  return nil, err
end

--- Returns the results, one for each operation in order, and the document; a job for 202; or nil
-- and an error. Arguments: what call.ask returned, and how many operations were sent.
local function results_of(document, answer, count)
  if not document then
    answer.operation = culprit_of(answer, count)
    return nil, answer
  elseif answer.status == 202 then
    return job.new(document, answer, function(done, done_answer)
      return results_of(done, done_answer, count)
    end)
  end
  local function broken(complaint)
    local err = core.error("protocol", ("%d protocol: POST %s: %s; it may have been done"):format(
      answer.status, answer.url, complaint))
    err.status, err.method, err.url = answer.status, "POST", answer.url
    err.headers, err.outcome_unknown = answer.headers, true
    return nil, err
  end
  local results = document ~= true and document["atomic:results"] or nil
  if results == nil and document == true then
    results = array.new {}
    for i = 1, count do
      results[i] = {}
    end
  elseif not array.is(results) or #results ~= count then
    return broken(("expected an array of %d results, got %s"):format(count,
      array.is(results) and #results .. " results" or type(results)))
  end
  for i = 1, #results do
    if type(results[i]) ~= "table" or array.is(results[i]) then
      return broken(("result %d: expected an object, got %s"):format(i,
        array.is(results[i]) and "an array" or type(results[i])))
    end
  end
  return results, document ~= true and document or nil
end

--- Checks the array of operations and returns its length and its idempotency_key, or nil.
local function check(operations)
  if type(operations) ~= "table" then
    complain("operations", "expected an array, got " .. core.describe(operations))
  elseif rawget(operations, "op") ~= nil then
    complain("operations", "expected an array, got one operation; call it as "
      .. 'api:atomic{ {op = "add", ...} }')
  end
  local items, options = {}, {}
  for key, value in next, operations do
    local kind = type(key) == "number" and items or options
    kind[key] = value
  end
  core.check_members(options, "operations", "atomic: ")
  local count = core.array_length(items)
  if not count or count == 0 then
    complain("operations", "expected an array with operations, got " .. core.describe(items))
  end
  return count, rawget(operations, "idempotency_key")
end

--- Sends several operations, of which the server does all or none:
-- `api:atomic{ {op = "add", data = {type = "drafts", …}}, … }`.
-- @param client      the client
-- @param operations  array of operation objects: op, ref or href, data, meta; their relationships
--                    as in create. With the field idempotency_key, the request may be retried.
-- @return an array of results in the operations' order, each with `data` if the server sends it,
-- and the document; a job for 202; or nil and an error, whose `operation` is the index of the
-- operation that failed, if the server names one
-- Raises a usage error for a wrong operation.
return function(client, operations)
  local count, key = check(operations)
  local prepared = array.new {}
  for i = 1, count do
    prepared[i] = prepare(rawget(operations, i), ("operations[%d]"):format(i))
  end
  local problem, culprit = lid_error(prepared)
  if problem then
    return refusal(problem, culprit)
  end
  local document, answer = call.ask(client, {
    method = "POST",
    ext = EXTENSION,
    body = '{"atomic:operations":' .. core.encode(prepared, "document", "atomic: operations") .. "}",
    headers = { ["Idempotency-Key"] = key },
    repeatable = key ~= nil,
    response_headers = true,
  }, {}, "option operations", core.settings(client).operations or "/operations")
  return results_of(document, answer, #prepared)
end

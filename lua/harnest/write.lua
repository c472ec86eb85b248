--- Creating, updating and deleting resources (JSON:API 1.1, 9).

local core = require "harnest.core"
local array = require "harnest.array"
local call = require "harnest.call"
local etag = require "harnest.etag"
local job = require "harnest.job"
local linkage = require "harnest.linkage"
local target = require "harnest.target"

local write = {}

-- What JSON:API keeps for itself among a resource's fields.
local reserved = { id = true, type = true }

-- What member names may begin and end with, and what may stand between (JSON:API 1.1, 5.8). Bytes beyond ASCII are
-- letters; whether they are UTF-8 is checked when they are written.
local OUTER, INNER = "[A-Za-z0-9\128-\255]", "[A-Za-z0-9\128-\255 _-]"

--- Whether a name is one that JSON:API allows. Those of @-members and extensions are not looked at further.
local function is_legal(name)
  return name:find("^" .. OUTER .. "$") or name:find("^" .. OUTER .. INNER .. "*" .. OUTER .. "$")
    or name:find "^@" or name:find "^[A-Za-z0-9]+:"
end

--- Refuses fields whose names JSON:API does not allow, or that could not be told apart in a resource (JSON:API 1.1,
-- 5.8 and 7.2.2). @-members are no fields.
local function check_fields(attributes, relationships)
  for section, fields in next, { attributes = attributes or {}, relationships = relationships or {} } do
    if array.is(fields) then
      core.usage_error(section .. ": expected a table of names and values, got an array")
    end
    for name in next, fields do
      if type(name) == "string" and not is_legal(name) then
        core.usage_error(section .. ': the name "' .. name
          .. '" is none that JSON:API allows: letters, digits, and within it - _ and space')
      elseif reserved[name] then
        core.usage_error(("%s.%s: JSON:API keeps this name for the resource itself"):format(section, name))
      end
    end
  end
  for name in next, relationships and attributes or {} do
    if rawget(relationships, name) ~= nil and not tostring(name):find "^@" then
      core.usage_error("relationships." .. tostring(name) .. ": an attribute has this name, too")
    end
  end
end

--- Refuses meta that is no object (JSON:API 1.1, 7.2). Null is what some servers send for none.
local function check_meta(meta)
  if meta ~= nil and meta ~= core.null and (type(meta) ~= "table" or array.is(meta)) then
    core.usage_error("meta: expected a table of names and values, got "
      .. (array.is(meta) and "an array" or type(meta)))
  end
end

--- What a script gave to be written, with tables in place of views of it or of its members. A table is left as it is.
function write.plain(given)
  given = core.unwrap_view(given)
  if type(given) ~= "table" then
    return given
  end
  local plain = given
  for name, value in next, given do
    local made = core.unwrap_view(value)
    if not rawequal(made, value) then
      if rawequal(plain, given) then
        plain = {}
        for key, member in next, given do
          plain[key] = member
        end
      end
      plain[name] = made
    end
  end
  return plain
end

--- The resource object that is sent. Members of extensions (`namespace:name`) and @-members go along as they are.
-- @param given      what the script gave, by write.plain, checked
-- @param type_name  its type
-- @param id         its id, a text; nil to take the given one
function write.object(given, type_name, id)
  local attributes, relationships = rawget(given, "attributes"), rawget(given, "relationships")
  check_fields(attributes, relationships)
  check_meta(rawget(given, "meta"))
  local object = {
    type = type_name,
    lid = rawget(given, "lid"),
    attributes = attributes,
    relationships = relationships and linkage.relationships(relationships),
    meta = rawget(given, "meta"),
  }
  local given_id = rawget(given, "id")
  object.id = given_id ~= nil and linkage.id_text(given_id, "id") or id
  if id and object.id ~= id then
    core.usage_error('id: expected "' .. id .. '", which is written to, got "' .. object.id .. '"')
  end
  for name, value in next, given do
    if type(name) == "string" and name:find "^@" or tostring(name):find ":" then
      object[name] = value
    end
  end
  return object
end

--- Checks what a script gave to be written, and takes the type from it where the target is no type.
local function type_to_write(what, place, given)
  if type(place) ~= "string" and not target.is_link(place) then
    core.usage_error(("%s: target: expected a type, path or link, got %s"):format(what, type(place)))
  elseif type(given) ~= "table" then
    core.usage_error(("%s: expected a table with attributes or relationships, got %s"):format(what, type(given)))
  end
  core.check_write(given, what .. ": ")
  local stated = rawget(given, "type")
  if type(place) ~= "string" or place:find "[/?]" then
    return stated or core.usage_error(what .. ": type: expected the type, since the target is a path or link, got nil")
  elseif stated and stated ~= place then
    core.usage_error(('%s: type: expected "%s", which is written to, got "%s"'):format(what, place, stated))
  end
  return place
end

--- The order of a write: its body and the headers that it asks for.
local function order_of(method, given, object)
  return {
    method = method,
    body = object and '{"data":' .. core.encode(object, "resource") .. "}",
    headers = {
      ["If-Match"] = rawget(given, "if_match"),
      ["Idempotency-Key"] = rawget(given, "idempotency_key"),
    },
    repeatable = method ~= "POST" or rawget(given, "idempotency_key") ~= nil,
    expects = object and "written",
  }
end

--- What a write brought: the resource and its document; a job for 202; else true, and the document if there is one.
-- @param document, answer  what call.ask returned
function write.result(document, answer)
  if not document then
    return nil, answer
  elseif answer.status == 202 then
    return job.new(document, answer, write.result, "written")
  elseif document == true then
    return true
  elseif document.data == nil or document.data == core.null then
    return true, document
  end
  return etag.keep(document.data, answer), document
end

--- What was sent, as a resource.
local function as_sent(object, link)
  local resource = core.decode(core.encode(object, "resource"), "resource")
  resource.links = link and { self = link } or nil
  return resource
end

--- What a 201 without the resource created: read from where the server says it is, else what was sent (SPEC 64, 65).
local function created_unseen(client, object, document, answer)
  local stated = answer.headers.location or answer.headers["content-location"]
  local link = stated and core.resolve(answer.url, stated)
  if link and not object.id then
    local found, found_answer = call.ask(client, { expects = "resource" }, {}, link)
    if found and found.data ~= core.null then
      return etag.keep(found.data, found_answer), found
    end
  end
  return as_sent(object, stated), document ~= true and document or nil
end

--- Creates a resource: `api:create("contracts", {attributes = {title = "Lease"}})`. JSON:API 1.1, 9.1.
-- @param place  a type, or a path or link (then the type is in the table)
-- @param given  table: attributes, relationships, id, lid, meta, idempotency_key
-- @param ...    queries (include, fields), merged
-- @return the created resource and its document; true for 204; a job for 202 (see api:wait); or nil and an error
function write.create(client, place, given, ...)
  place, given = core.unwrap_view(place), write.plain(given)
  local object = write.object(given, type_to_write("create", place, given))
  local document, answer = call.ask(client, order_of("POST", given, object), call.query(...), place)
  local result, more = write.result(document, answer)
  if result == true and answer.status == 201 then
    return created_unseen(client, object, document, answer)
  end
  return result, more
end

--- Updates a resource: `api:update("contracts", 1, {attributes = {status = 2}})`, or with a resource in place of type
-- and id. What is not in the table stays as it is. JSON:API 1.1, 9.2.
-- @param place  a type, followed by an id; or a resource or identifier
-- @param given  table: attributes, relationships, meta, if_match, idempotency_key
-- @param ...    queries (include, fields), merged
-- @return the updated resource and its document; true where the server sends none; a job for 202; or nil and an error
function write.update(client, place, ...)
  place = core.unwrap_view(place)
  if target.is_resource(place) then
    local given = write.plain((...))
    local identifier = linkage.identifier(place, "update: resource")
    local object = write.object(given, type_to_write("update", identifier.type, given), identifier.id)
    return write.result(call.ask(client, order_of("PATCH", given, object), call.query(select(2, ...)),
      target.of_resource(client, place)))
  end
  local id, given = (...), write.plain((select(2, ...)))
  local object = write.object(given, type_to_write("update", place, given), linkage.id_text(id, "update: id"))
  return write.result(call.ask(client, order_of("PATCH", given, object), call.query(select(3, ...)), place, id))
end

--- What a deletion brought, whatever the server sends of what it deleted.
local function deleted(document, answer)
  if not document then
    return nil, answer
  elseif answer.status == 202 then
    return job.new(document, answer, deleted)
  end
  return true, document ~= true and document or nil
end

--- Deletes a resource: `api:delete("contracts", 1)`, or with a resource in place of type and id. JSON:API 1.1, 9.3.
-- @param place    a type, followed by an id; or a resource or identifier
-- @param options  table: if_match
-- @return true (and a document where the server sends one); a job for 202; or nil and an error
function write.delete(client, place, ...)
  place = core.unwrap_view(place)
  local is_resource = target.is_resource(place)
  local options = select(is_resource and 1 or 2, ...)
  if options ~= nil and type(options) ~= "table" then
    core.usage_error("delete: expected a table of options, got " .. type(options))
  end
  options = options or {}
  if is_resource then
    linkage.identifier(place, "delete: resource")
  end
  core.check_write(options, "delete: ")
  local order = order_of("DELETE", options)
  order.not_found_is_success = true
  local document, answer
  if is_resource then
    document, answer = call.ask(client, order, {}, target.of_resource(client, place))
  else
    document, answer = call.ask(client, order, {}, place, (...))
  end
  return deleted(document, answer)
end

return write

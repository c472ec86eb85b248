--- Creating, updating and deleting resources (JSON:API 1.1, 9).

local core = require "harnest.core"
local array = require "harnest.array"
local call = require "harnest.call"
local etag = require "harnest.etag"
local job = require "harnest.job"
local linkage = require "harnest.linkage"
local target = require "harnest.target"

local write = {}

-- Names that fields must not have (JSON:API 1.1, 7.2.2).
local reserved = { id = true, type = true }

-- Characters at the ends and in the middle of member names (JSON:API 1.1, 5.8). Bytes beyond ASCII
-- are allowed; the encoder checks that they are UTF-8.
local OUTER, INNER = "[A-Za-z0-9\128-\255]", "[A-Za-z0-9\128-\255 _-]"

--- Returns whether JSON:API allows a member name. Names of @-members and extensions are not checked
-- further.
local function is_legal(name)
  return name:find("^" .. OUTER .. "$") or name:find("^" .. OUTER .. INNER .. "*" .. OUTER .. "$")
    or name:find "^@" or name:find "^[A-Za-z0-9]+:"
end

--- Raises a usage error if JSON:API does not allow a field's name, or if an attribute and a
-- relationship have the same name (JSON:API 1.1, 5.8 and 7.2.2). @-members are not fields.
-- @param path  string: comes before the sections' names in usage errors
local function check_fields(attributes, relationships, path)
  local sections = { attributes = attributes or {}, relationships = relationships or {} }
  for section, fields in next, sections do
    if array.is(fields) then
      core.usage_error(path .. section .. ": expected a table of names and values, got an array")
    end
    for name in next, fields do
      if type(name) == "string" and not is_legal(name) then
        core.usage_error(path .. section .. ': "' .. core.excerpt(name)
          .. '" is not a valid member name (letters and digits; - _ and space in between)')
      elseif reserved[name] then
        core.usage_error(("%s%s.%s: reserved name; set %s in the resource itself"):format(path,
          section, name, name))
      end
    end
  end
  for name in next, relationships and attributes or {} do
    if rawget(relationships, name) ~= nil and not linkage.is_at_name(name) then
      core.usage_error(path .. "relationships." .. linkage.shown_name(name)
        .. ": an attribute has the same name")
    end
  end
end

--- Raises a usage error if meta is not an object (JSON:API 1.1, 7.2). Null is allowed: some servers
-- send it for no meta.
local function check_meta(meta, path)
  if meta ~= nil and not core.is_null(meta) and (type(meta) ~= "table" or array.is(meta)) then
    core.usage_error(path .. "meta: expected a table of names and values, got "
      .. (array.is(meta) and "an array" or core.describe(meta)))
  end
end

--- Replaces views by the tables that they show: the value itself, or its members (in a copy).
-- @param given  any value
-- @return the value without views
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

--- Returns the resource object as it is sent. Members of extensions (`namespace:name`) and
-- @-members are copied.
-- @param given      table from the script, after write.plain and core.check_members
-- @param type_name  string: the resource's type
-- @param id         string: the target's id; nil to use the table's own
-- @param path       string: comes before the members' names in usage errors; default ""
-- Raises a usage error for wrong fields, or if the table's id differs from the target's.
function write.object(given, type_name, id, path)
  path = path or ""
  local attributes = array.as_object(rawget(given, "attributes"))
  local relationships = array.as_object(rawget(given, "relationships"))
  local meta = array.as_object(rawget(given, "meta"))
  check_fields(attributes, relationships, path)
  check_meta(meta, path)
  local object = {
    type = type_name,
    lid = rawget(given, "lid"),
    attributes = attributes,
    relationships = relationships and linkage.relationships(relationships, path .. "relationships"),
    meta = meta,
  }
  local given_id = rawget(given, "id")
  object.id = given_id ~= nil and linkage.id_text(given_id, path .. "id") or id
  if id and object.id ~= id then
    core.usage_error(('%sid: expected "%s", the target\'s id, got "%s"'):format(path,
      core.excerpt(id), core.excerpt(object.id)))
  end
  for name, value in next, given do
    if type(name) == "string" and (name:find "^@" or name:find ":") then
      object[name] = value
    end
  end
  return object
end

--- Checks the target and the table of a write, and returns the resource's type: the target, or the
-- table's own type if the target is a path or link.
-- @param what   string: the method's name, for messages
-- @param place  the target
-- @param given  the script's table
-- Raises a usage error if one of them is wrong.
local function type_to_write(what, place, given)
  if type(place) ~= "string" and not target.is_link(place) then
    core.usage_error(("%s: type: expected a type, path or link, got %s"):format(what,
      core.describe(place)))
  elseif type(given) ~= "table" then
    core.usage_error(("%s: data: expected a table with attributes or relationships, got %s"):format(
      what, core.describe(given)))
  end
  core.check_members(given, "resource", what .. ": ")
  local stated = rawget(given, "type")
  if type(place) ~= "string" or place:find "[/?]" then
    return stated or core.usage_error(what
      .. ": data.type: expected a string, since the target is a path or link, got nil")
  elseif stated and stated ~= place then
    core.usage_error(('%s: data.type: expected "%s", the target\'s type, got "%s"'):format(what,
      core.excerpt(place), core.excerpt(stated)))
  end
  return place
end

--- Returns the order of a write for call.ask: method, body and headers.
-- @param method  "POST", "PATCH" or "DELETE"
-- @param given   the script's table
-- @param object  the resource object to send, or nil
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

--- Returns the results of a write: the resource and its document; a job for 202; else true, and the
-- document if there is one; or nil and an error.
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

--- Returns the resource object that was sent as a resource that was read.
-- @param object  the resource object
-- @param link    string: its URL, or nil
local function as_sent(object, link)
  local resource = core.decode(core.encode(object, "resource"), "resource")
  resource.links = link and { self = link } or nil
  return resource
end

--- Returns the results of a create that got 201 without the resource: the resource at the
-- response's Location, if the server chose the id; else the resource as it was sent (docs/SPEC.md,
-- 64 and 65).
local function result_without_resource(client, object, document, answer)
  local stated = answer.location or answer.content_location
  local link = stated and core.resolve(answer.url, stated)
  if link and not object.id then
    local found, found_answer = call.ask(client, { expects = "resource" }, {}, "create: Location", link)
    if found and found.data ~= core.null then
      return etag.keep(found.data, found_answer), found
    end
  end
  return as_sent(object, link), document ~= true and document or nil
end

--- Creates a resource: `api:create("contracts", {attributes = {title = "Lease"}})`. JSON:API 1.1,
-- 9.1.
-- @param client  the client
-- @param place   a type; or a path or link (then the table needs `type`)
-- @param given   table: type, attributes, relationships, id, lid, meta, idempotency_key
-- @param ...     queries (include, fields), merged
-- @return the created resource and its document; true for 204; a job for 202 (see api:wait); or nil
-- and an error
-- Raises a usage error for wrong arguments.
function write.create(client, place, given, ...)
  place, given = core.unwrap_view(place), write.plain(given)
  local object = write.object(given, type_to_write("create", place, given))
  local order = order_of("POST", given, object)
  local document, answer = call.ask(client, order, call.query(...), "create: type", place)
  local result, more = write.result(document, answer)
  if result == true and answer.status == 201 then
    return result_without_resource(client, object, document, answer)
  end
  return result, more
end

--- Updates a resource: `api:update("contracts", 1, {attributes = {status = 2}})`, or with a
-- resource in place of type and id. Fields that are not in the table keep their values. JSON:API
-- 1.1, 9.2.
-- @param client  the client
-- @param place   a type, followed by an id; or a resource or identifier
-- @param given   table: attributes, relationships, meta, if_match, idempotency_key
-- @param ...     queries (include, fields), merged
-- @return the updated resource and its document; true if the server sends none; a job for 202; or
-- nil and an error
-- Raises a usage error for wrong arguments.
function write.update(client, place, ...)
  place = core.unwrap_view(place)
  if target.is_resource(place) then
    local given = write.plain((...))
    local identifier = linkage.identifier(place, "update: resource")
    local type_name = type_to_write("update", identifier.type, given)
    local object = write.object(given, type_name, identifier.id)
    local order, query = order_of("PATCH", given, object), call.query(select(2, ...))
    return write.result(call.ask(client, order, query, "update: resource",
      target.of_resource(client, place, "update: resource")))
  end
  local id, given = (...), write.plain((select(2, ...)))
  local type_name = type_to_write("update", place, given)
  local object = write.object(given, type_name, linkage.id_text(id, "update: id"))
  local order, query = order_of("PATCH", given, object), call.query(select(3, ...))
  return write.result(call.ask(client, order, query, "update: type", place, id))
end

--- Returns the results of a delete: true, and the document if there is one; a job for 202; or nil
-- and an error.
local function delete_result(document, answer)
  if not document then
    return nil, answer
  elseif answer.status == 202 then
    return job.new(document, answer, delete_result)
  end
  return true, document ~= true and document or nil
end

--- Deletes a resource: `api:delete("contracts", 1)`, or with a resource in place of type and id. If
-- a repeated DELETE gets 404, it counts as success. JSON:API 1.1, 9.3.
-- @param client   the client
-- @param place    a type, followed by an id; or a resource or identifier
-- @param ...      the id, if `place` is a type; then options (table: if_match, idempotency_key) or
--                 nil
-- @return true, and a document if the server sends one; a job for 202; or nil and an error
-- Raises a usage error for wrong arguments.
function write.delete(client, place, ...)
  place = core.unwrap_view(place)
  local is_resource = target.is_resource(place)
  local options = select(is_resource and 1 or 2, ...)
  if options ~= nil and type(options) ~= "table" then
    core.usage_error("delete: options: expected a table, got " .. core.describe(options))
  end
  options = options or {}
  if is_resource then
    linkage.identifier(place, "delete: resource")
  end
  core.check_members(options, "write", "delete: ")
  local order = order_of("DELETE", options)
  order.not_found_is_success = true
  local document, answer
  if is_resource then
    document, answer = call.ask(client, order, {}, "delete: resource",
      target.of_resource(client, place, "delete: resource"))
  else
    document, answer = call.ask(client, order, {}, "delete: type", place, (...))
  end
  return delete_result(document, answer)
end

return write

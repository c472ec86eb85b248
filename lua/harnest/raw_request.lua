--- Any HTTP request, for custom actions that JSON:API has no call for.

local core = require "harnest.core"
local call = require "harnest.call"

local function check(order)
  if type(order) ~= "table" then
    core.usage_error("request: expected a table, got " .. core.describe(order))
  end
  core.check_members(order, "request", "request: ")
  local method = rawget(order, "method")
  if method ~= nil and not method:find "^%u+$" then
    core.usage_error('request: method: expected an HTTP method in upper case, got "'
      .. core.excerpt(method) .. '"')
  elseif rawget(order, "path") == nil then
    core.usage_error "request: path: expected a path or link, got nil"
  end
end

--- Returns whether the headers have an Idempotency-Key, with which a repeated request counts once.
local function has_key(headers)
  for name, value in next, headers or {} do
    if type(name) == "string" and name:lower() == "idempotency-key" and type(value) == "string"
      and value:find "%S" then
      return true
    end
  end
  return false
end

--- Sends a request and waits for its response.
-- @param client  the client
-- @param order   table: method (default "GET"), path (a path or link), query (table), body (table:
--                a document), headers (table of strings), raw (boolean: the body is returned as a
--                string, whatever it is)
-- @return the document (true for a response without a body), or the raw body, and {status, headers}; or nil and an
-- error
-- Raises a usage error if the table is wrong.
return function(client, order)
  check(order)
  local method, body = rawget(order, "method") or "GET", rawget(order, "body")
  local headers = rawget(order, "headers")
  local document, answer = call.ask(client, {
    method = method,
    body = body and core.encode(body, "document", "request: body"),
    headers = headers,
    response_headers = true,
    raw = rawget(order, "raw"),
    repeatable = core.is_idempotent(method) or has_key(headers),
  }, call.query(rawget(order, "query")), "request: path", rawget(order, "path"))
  if not document then
    return nil, answer
  end
  local result = document
  if type(document) == "userdata" then
    result = core.document_table(document)
  end
  return result, { status = answer.status, headers = answer.headers }
end

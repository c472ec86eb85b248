--- Any request, for what JSON:API has no call of its own: custom actions.

local core = require "harnest.core"
local call = require "harnest.call"

-- Methods that do the same when they are sent twice (RFC 9110, 9.2.2).
local repeatable = { GET = true, HEAD = true, OPTIONS = true, PUT = true, DELETE = true }

local known = { method = "string", path = "any", query = "table", body = "table", headers = "table" }

local function check(order)
  if type(order) ~= "table" then
    core.usage_error("request: expected a table, got " .. type(order))
  end
  for name, value in next, order do
    local expected = known[name]
    if not expected then
      core.usage_error("request: " .. tostring(name) .. ": unknown; method, path, query, body and headers are known")
    elseif expected ~= "any" and type(value) ~= expected then
      core.usage_error(("request: %s: expected a %s, got %s"):format(name, expected, type(value)))
    end
  end
  if order.method and not order.method:find "^%u+$" then
    core.usage_error "request: method: expected an HTTP method in capitals, such as POST"
  elseif order.path == nil then
    core.usage_error "request: path: expected a path or link, got nil"
  end
end

-- Whether a header marks the request so that the server does it once.
local function has_key(headers)
  for name, value in next, headers or {} do
    if tostring(name):lower() == "idempotency-key" and tostring(value):find "%S" then
      return true
    end
  end
  return false
end

return function(client, order)
  check(order)
  local method = order.method or "GET"
  local document, answer = call.ask(client, {
    method = method,
    body = order.body and core.encode(order.body, "document"),
    headers = order.headers,
    repeatable = repeatable[method] or has_key(order.headers),
  }, call.query(order.query), order.path)
  if not document then
    return nil, answer
  end
  local result = document == true or core.document_table(document)
  return result, { status = answer.status, headers = answer.headers }
end

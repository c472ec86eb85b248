-- What the specs of the sandbox's writes send and expect, by luasocket's client.

local assert = require "luassert"
local http = require "socket.http"
local json = require "cjson"
local ltn12 = require "ltn12"
local sandbox = require "spec.support.sandbox"

local sb = sandbox.get()

local writes = {
  MEDIA_TYPE = "application/vnd.api+json",
}

-- A function that returns the base URL of a new copy of the database, with knobs
function writes.fresh()
  local _, name = sb:copy()
  return function(...) return sb:at("copy/" .. name, ...) end
end

-- Sends a request. Returns status, decoded body (or the text), headers, text
function writes.ask(method, url, body, headers)
  local chunks = {}
  local sent = { Authorization = "Bearer " .. sb.token, Accept = writes.MEDIA_TYPE }
  if type(body) == "table" then body = json.encode(body) end
  if body then sent["Content-Length"], sent["Content-Type"] = #body, writes.MEDIA_TYPE end
  for name, value in pairs(headers or {}) do sent[name] = value or nil end
  local _, status, answered = http.request {
    url = url, method = method, headers = sent, sink = ltn12.sink.table(chunks), redirect = false,
    source = body and ltn12.source.string(body) or nil,
  }
  local text = table.concat(chunks)
  local decoded, document = pcall(json.decode, text)
  return status, decoded and document or text, answered, text
end

-- The body of a request with a resource; all arguments but the type may be nil
function writes.new(type, attributes, relationships, id)
  return { data = { type = type, id = id, attributes = attributes, relationships = relationships } }
end

-- A resource identifier
function writes.to(type, id)
  return { type = type, id = id }
end

-- The ids of resources, with a space between them
function writes.ids(list)
  local found = {}
  for i, resource in ipairs(list) do found[i] = resource.id end
  return table.concat(found, " ")
end

-- The total that a list states
function writes.count(base, type)
  local _, document = writes.ask("GET", base "shape/jadnc" .. "/" .. type)
  return document.meta.total
end

-- The errors of a response, each as "status pointer", in alphabetical order
function writes.faults(document)
  local list = {}
  for i, fault in ipairs(document.errors) do list[i] = fault.status .. " " .. tostring(fault.source.pointer) end
  table.sort(list)
  return table.concat(list, ", ")
end

-- Fails unless a request gets this status and errors, as `faults` shows them. Returns the first error.
function writes.refuses(status, faults_expected, method, url, body)
  local answered, document = writes.ask(method, url, body)
  assert.equal(status, answered)
  assert.equal(faults_expected, writes.faults(document))
  return document.errors[1]
end

return writes

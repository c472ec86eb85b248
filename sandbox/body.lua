-- Reads request bodies and checks their JSON:API structure. Invalid structure results in a 400.

local problem = require "sandbox.problem"
local rawjson = require "sandbox.rawjson"

local body = {}

-- Returns the text of the request body, "" if there is none.
function body.read()
  local file = ngx.req.get_body_file()
  if not file then return ngx.req.get_body_data() or "" end
  local handle = assert(io.open(file, "rb")) -- nginx stores large bodies in a file
  local text = handle:read "*a"
  handle:close()
  return text
end

-- Returns the document of the request as a node of kind "object".
function body.document(request)
  if request.body == "" then problem.raise(400, "the request has no body", { code = "body_missing" }) end
  local node, fault = rawjson.parse(request.body)
  if not node then problem.raise(400, "the body is not JSON: " .. fault, { code = "json_invalid" }) end
  if node.kind ~= "object" then problem.at("", 400, "document_invalid", "a document must be an object") end
  return node
end

-- Returns the member "data" of an object. It is required.
function body.data(node, pointer)
  return node:member "data" or problem.at(pointer, 400, "data_missing", 'the member "data" is missing')
end

-- Returns a member as a Lua string, nil if it is absent. Other kinds are an error.
function body.text(node, name, pointer)
  local member = node:member(name)
  if not member then return nil end
  return member:string() or problem.at(problem.pointer(pointer, name), 400, "type_invalid", name .. " must be a string")
end

-- Returns type, id and lid of a resource or an identifier.
function body.identity(node, pointer)
  if node.kind ~= "object" then problem.at(pointer, 400, "resource_invalid", "expected an object") end
  local identity = { type = body.text(node, "type", pointer) }
  if not identity.type then problem.at(pointer, 400, "type_missing", 'the member "type" is missing') end
  identity.id, identity.lid = body.text(node, "id", pointer), body.text(node, "lid", pointer)
  return identity
end

local function object_member(node, name, pointer)
  local member = node:member(name)
  if member and member.kind ~= "object" then
    problem.at(problem.pointer(pointer, name), 400, "object_expected", name .. " must be an object")
  end
  return member or { names = {}, members = {} }
end

-- Returns a resource {type, id, lid, attributes, relationships}. The last two are nodes of objects.
function body.resource(node, pointer)
  local resource = body.identity(node, pointer)
  resource.attributes = object_member(node, "attributes", pointer)
  resource.relationships = object_member(node, "relationships", pointer)
  return resource
end

return body

-- Checks the attributes that a request sends against the schema.

local problem = require "sandbox.problem"

local validation = {}

local kinds = { -- what an attribute of a kind may be, and how to say so
  text = { "a string or null", string = true, null = true },
  number = { "a number or null", number = true, null = true },
  boolean = { "true or false", boolean = true },
}

local function fault_of(attribute, node)
  local allowed = kinds[attribute.kind]
  if attribute.required and (not node or node.kind == "null" or node:text() == '""') then
    return "required", attribute.name .. " must not be empty"
  end
  if node and allowed and not allowed[node.kind] then
    return "kind_invalid", attribute.name .. " must be " .. allowed[1]
  end
end

-- The JSON texts of the attributes sent, by name; what is wrong goes into `faults`. Where the resource is new, those
-- that are required must be there.
function validation.attributes(type, resource, pointer, faults, is_new)
  local texts, sent = {}, resource.attributes
  pointer = pointer .. "/attributes"
  for _, name in ipairs(sent.names) do
    if not type.attribute[name] then
      faults:add(problem.pointer(pointer, name), 422, "attribute_unknown", type.name .. " has no attribute: " .. name)
    end
  end
  for _, attribute in ipairs(type.attributes) do
    local node = sent.members[attribute.name]
    local code, detail
    if node or is_new then code, detail = fault_of(attribute, node) end
    if code then
      faults:add(problem.pointer(pointer, attribute.name), 422, code, detail)
    elseif node then
      texts[attribute.name] = node:text()
    end
  end
  return texts
end

return validation

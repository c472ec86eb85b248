-- Checks the attributes of a request against the schema.

local problem = require "sandbox.problem"

local validation = {}

local kinds = { -- allowed JSON kinds for each kind of attribute, and the text for messages
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

-- Returns the JSON texts of the sent attributes by name, and adds errors to `faults`. If `is_new`,
-- required attributes must be present.
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

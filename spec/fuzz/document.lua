-- The Lua side of document_fuzz.c: all that scripts can do with a document.

local core = require "harnest.core"

-- What every relationship of a resource leads to.
local function related(resource)
  local relationships = type(resource) == "table" and resource.relationships
  local methods = type(relationships) == "table" and (getmetatable(resource) or {}).__index
  if not methods then
    return
  end
  for name in pairs(relationships) do
    if type(name) == "string" then
      local target, err_or_missing = methods.related(resource, name)
      if target == nil and err_or_missing ~= nil then
        assert(err_or_missing.kind == "refused" and err_or_missing.message)
      elseif target ~= nil then
        assert(type(target) == "table")
      end
    end
  end
end

-- Members of a resource may have the names of methods, so these are called by the metatable.
local function each(resources)
  for _, resource in ipairs(type(resources) == "table" and resources or {}) do
    assert(getmetatable(resource).__index.ref(resource).id == resource.id)
    related(resource)
  end
end

local apart = { data = true, included = true, ["atomic:results"] = true, number = true, last = true, total = true }

-- Members beside the resources are what reading the text by itself gives.
local function compare(document, text)
  local plain, all = core.decode(text), core.document_table(document)
  for name in pairs(plain) do
    assert(all[name] ~= nil, name)
    if not apart[name] then
      local expected = core.encode(plain[name])
      assert(core.encode(document[name]) == expected, name)
      assert(core.encode(all[name]) == expected, name)
    end
  end
  for name in pairs(all) do
    assert(plain[name] ~= nil, name)
  end
  core.encode(all, "document")
end

return function(document, text)
  assert(#document >= 0 and tostring(document))
  local data = document.data
  if type(data) == "table" and data[1] == nil and getmetatable(data) then
    each { data }
  else
    each(data)
  end
  each(document.included)
  local results = document["atomic:results"]
  for _, result in ipairs(type(results) == "table" and results or {}) do
    related(type(result) == "table" and result.data)
  end
  assert(document.data == data)
  compare(document, text)
end

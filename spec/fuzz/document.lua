-- The Lua side of document_fuzz.c: everything that scripts can do with a document.

local core = require "harnest.core"

-- Returns the methods of a resource; nil for any other value. Members of a resource may have the names
-- of methods, so methods are called through the metatable.
local function methods_of(value)
  local methods = type(value) == "table" and (getmetatable(value) or {}).__index
  return methods and methods.ref and methods or nil
end

-- Reads the related resources of every relationship of a resource
local function related(resource)
  local relationships, methods = type(resource) == "table" and resource.relationships, methods_of(resource)
  if not methods or type(relationships) ~= "table" then
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

-- `with_others`: some items may be no objects, and so no resources.
local function each(resources, with_others)
  for _, resource in ipairs(type(resources) == "table" and resources or {}) do
    local methods = methods_of(resource)
    if methods or not with_others then
      assert(assert(methods).ref(resource).id == resource.id)
      related(resource)
    end
  end
end

local apart = { data = true, included = true, ["atomic:results"] = true, number = true, last = true, total = true }

-- Members other than the resources must equal those of the decoded text.
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

-- A view must show what the table has, and have the same related resources.
local function shows(view, plain)
  if type(plain) ~= "table" then
    assert(view == plain or view ~= view and plain ~= plain)
    return
  end
  assert(type(view) == "userdata" and #view == #plain and tostring(view))
  local count = 0
  for key, value in view() do
    count = count + 1
    shows(value, plain[key])
  end
  for key, value in next, plain do
    count = count - 1
    if type(key) ~= "string" or not core.view_methods[key] then
      assert(type(view[key]) == type(value) or type(view[key]) == "userdata")
    end
  end
  assert(count == 0)
end

local function shows_resource(view, plain)
  local methods = methods_of(plain)
  shows(view, plain)
  if not methods then
    return
  end
  assert(core.encode(view:ref()) == core.encode(methods.ref(plain)))
  assert(core.encode(view:table()) == core.encode(plain))
  for name in pairs(type(plain.relationships) == "table" and plain.relationships or {}) do
    if type(name) == "string" then
      local one, err = methods.related(plain, name)
      local other, other_err = view:related(name)
      assert((one == nil) == (other == nil) and (err == nil) == (other_err == nil))
      assert(one ~= nil or err == nil or err.message == other_err.message)
    end
  end
end

local function shows_each(views, plain)
  if type(views) == "userdata" and views ~= core.null then
    shows_resource(views, plain)
  elseif type(views) == "table" then
    assert(#views == #plain)
    for i, view in ipairs(views) do
      shows_resource(view, plain[i])
    end
  end
end

return function(document, text, views)
  assert(#document >= 0 and tostring(document))
  local data = document.data
  if type(data) == "table" and data[1] == nil and getmetatable(data) then
    each { data }
  else
    each(data)
  end
  each(document.included, true)
  local results = document["atomic:results"]
  for _, result in ipairs(type(results) == "table" and results or {}) do
    related(type(result) == "table" and result.data)
  end
  assert(document.data == data)
  compare(document, text)
  shows_each(views.data, data)
  shows_each(views.included, document.included)
  for name, value in next, core.document_table(views) do
    if not apart[name] then
      shows(value, document[name])
    end
  end
end

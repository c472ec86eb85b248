-- Reads library/harnest.lua, and compares the names of its classes with those of docs/API.md and of
-- the module.

local library_types = {}

local function class_named(types, name, exact)
  local class = { name = name, exact = exact, fields = {}, methods = {} }
  assert(not types.classes[name], "library/harnest.lua: two classes " .. name)
  types.classes[name] = class
  return class
end

-- Adds the types that an annotation refers to
local function add_references(types, line, number)
  for name in line:gmatch "%f[%w_]harnest%.[%a_]+" do
    types.references[#types.references + 1] = { name = name, line = number }
  end
end

-- Parses annotations (LuaCATS): {classes, aliases, references, functions}. A class has its name,
-- fields and methods (name = true). A function has its name, its arguments and its ---@param names.
function library_types.parse(text)
  local types = { classes = {}, aliases = {}, references = {}, functions = {} }
  local variables, params, class, last_alias = {}, {}, nil, nil
  local number = 0
  for line in (text .. "\n"):gmatch "(.-)\n" do
    number = number + 1
    local exact_name = line:match "^%-%-%-@class %(exact%) ([%w_.]+)"
    local class_name = exact_name or line:match "^%-%-%-@class ([%w_.]+)"
    local field = line:match "^%-%-%-@field ([%w_]+)"
    local alias_name = line:match "^%-%-%-@alias ([%w_.]+)"
    local choice = line:match '^%-%-%-| "([%w_]+)"'
    local variable = line:match "^local ([%w_]+) = {}$"
    local owner, name, arguments = line:match "^function ([%w_]+)[.:]([%w_]+)%((.-)%) end$"
    local param = line:match "^%-%-%-@param ([%w_.]+)"
    if class_name then class = class_named(types, class_name, exact_name ~= nil) end
    if field then class.fields[field] = true end
    if alias_name then
      types.aliases[alias_name] = {}
      last_alias = alias_name
    end
    if choice then types.aliases[last_alias][choice] = true end
    if variable then variables[variable] = class end
    if param then params[#params + 1] = param end
    if name then
      local of = assert(variables[owner], ("library/harnest.lua:%d: unknown %s"):format(number, owner))
      of.methods[name] = true
      types.functions[#types.functions + 1] = {
        name = of.name .. "." .. name, arguments = arguments, params = table.concat(params, ", "),
      }
      params = {}
    end
    if line:match "^%-%-%-[@|]" and not class_name and not alias_name then add_references(types, line, number) end
    if alias_name then add_references(types, line:gsub("^%-%-%-@alias [%w_.]+", ""), number) end
  end
  return types
end

-- Returns the part of the page from a heading to the next one of the same or a higher level
function library_types.section(page, heading)
  local level = #heading:match "^#+"
  local inside, lines = false, {}
  for line in (page .. "\n"):gmatch "(.-)\n" do
    local marks = line:match "^(#+) "
    if line == heading then
      inside = true
    elseif inside and marks and #marks <= level then
      break
    elseif inside then
      lines[#lines + 1] = line
    end
  end
  assert(#lines > 0, "docs/API.md: no section " .. heading)
  return table.concat(lines, "\n")
end

-- Returns the set of what the pattern captures in a text
function library_types.names(text, pattern)
  local found = {}
  for name in text:gmatch(pattern) do found[name] = true end
  return found
end

-- Returns the names in the first column of a table's rows; a row may have several
function library_types.first_column(text)
  local found = {}
  for cell in ("\n" .. text):gmatch "\n| (`[^|]*)|" do
    for name in cell:gmatch "`([%w_]+)`" do found[name] = true end
  end
  return found
end

-- Returns the union of sets, with the values of the last one that has a name
function library_types.union(...)
  local all = {}
  for _, set in ipairs { ... } do
    for name, value in pairs(set) do all[name] = value end
  end
  return all
end

local function sorted(set)
  local list = {}
  for name in pairs(set) do list[#list + 1] = name end
  table.sort(list)
  return list
end

-- What to add to library/harnest.lua for a name
local function annotation(class, name, is_method)
  if not is_method then return ("`---@field %s TYPE` below `---@class %s`"):format(name, class) end
  local owner = class == "harnest" and "harnest." or class:match "[^.]+$" .. ":"
  return ("`function %s%s(ARGUMENTS) end` with a ---@param for each argument and a ---@return for each result")
    :format(owner, name)
end

-- Compares the names of a class in the three places. Returns an array of problems, each with what to
-- add where; it is empty if the places agree.
--   class       string, for messages
--   library     set: the names in library/harnest.lua
--   documented  set: the names in docs/API.md; or a function that returns whether it has a name
--   exported    set: the names that the module has, "method" for a function's; or such a function
function library_types.compare(class, library, documented, exported)
  local problems = {}
  local function has(place, name)
    if type(place) == "function" then return place(name) end
    return place[name] ~= nil
  end
  local function add(name, text) problems[#problems + 1] = ("%s: %s: %s"):format(class, name, text) end
  local listed = library_types.union(library, type(documented) == "table" and documented or {},
    type(exported) == "table" and exported or {})
  for _, name in ipairs(sorted(listed)) do
    local in_library, in_docs, in_module = has(library, name), has(documented, name), has(exported, name)
    if not in_library then
      add(name, ("missing in library/harnest.lua, though %s; add %s"):format(
        in_docs and in_module and "docs/API.md and the module have it"
          or in_docs and "docs/API.md has it" or "the module has it",
        annotation(class, name, type(exported) == "table" and exported[name] == "method")))
    end
    if not in_docs then add(name, "missing in docs/API.md; describe it there") end
    if not in_module then
      add(name, "missing in the module, or in what the spec asks of it; remove the name elsewhere, or "
        .. "extend the function exports of spec/lua/library_spec.lua")
    end
  end
  return problems
end

return library_types

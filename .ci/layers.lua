-- Checks the #include lines of src/: a layer includes itself and layers to its left, and modules (a .c or .cpp file and
-- its header) form no circle. Arguments: the source files. Prints each violation; the exit code is 1 if there is one.

local LAYERS = { system = 0, system_file = 0, system_thread = 0, unix_wakeup = 0, unix = 1, windows = 1, socket_set = 1, base = 1, json = 2, cassette = 3, net = 4,
   http = 5, jsonapi = 6, lua = 7, loader = 8 }

local includes = {} -- module -> array of the modules that it includes
local violations = 0

local function report(...)
  violations = violations + 1
  print(string.format(...))
end

local function layer_of(module)
  local layer = module:match "^[^/]+"
  return layer, LAYERS[layer]
end

for _, path in ipairs(arg) do
  local module = path:gsub("^src/", ""):gsub("%.%w+$", "")
  local layer, rank = layer_of(module)
  if not rank then
    report("%s: '%s' is not a layer", path, layer)
  end
  includes[module] = includes[module] or {}
  local number = 0
  for line in io.lines(path) do
    number = number + 1
    local header = line:match '^%s*#%s*include%s+"([^"]+)%.h"'
    if header then
      local included, included_rank = layer_of(header)
      if not included_rank then
        report("%s:%d: name \"%s.h\" from src/ on, by its layer", path, number, header)
      elseif rank and included_rank > rank then
        report("%s:%d: layer %s must not include layer %s", path, number, layer, included)
      end
      table.insert(includes[module], header)
    elseif rank and rank < LAYERS.lua and line:find "^%s*#%s*include%s+<l[ua]+[%w]*%.h>" then
      report("%s:%d: only src/lua/ includes Lua's headers", path, number)
    end
  end
end

local state, path = {}, {} -- of each module: nil, "open" while its includes are walked, "done"

local function walk(module)
  if state[module] == "done" then
    return
  end
  path[#path + 1] = module
  if state[module] == "open" then
    local first = #path - 1
    while path[first] ~= module do
      first = first - 1
    end
    report("circle: %s", table.concat(path, " -> ", first))
  else
    state[module] = "open"
    for _, included in ipairs(includes[module] or {}) do
      if included ~= module then
        walk(included)
      end
    end
    state[module] = "done"
  end
  path[#path] = nil
end

local modules = {}
for module in pairs(includes) do
  modules[#modules + 1] = module
end
table.sort(modules)
for _, module in ipairs(modules) do
  walk(module)
end

os.exit(violations == 0)

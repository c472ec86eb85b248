--- Names of types and fields that `harnest describe` and `harnest types` have seen, in a cache:
-- $XDG_CACHE_HOME/harnest/names.json. Completion and messages read it. It has no values and no
-- secrets.

local harnest = require "harnest"
local uv = require "luv"
local cell = require "harnest.cli.cell"
local profile = require "harnest.cli.profile"

local names = {}

--- Whether a server's name may stand in a command line as it is.
local function is_plain(name)
  return name:find "^[%w_\128-\255][%w_.:\128-\255-]*$" and cell.escaped(name) == name
end

--- Adds a name to a table, unless a shell could take it for more than a name.
local function add(list, name, value)
  if is_plain(name) then
    list[name] = value
  end
end

--- Returns the folder of the cache (XDG Base Directory Specification); nil without a home.
local function folder()
  local base = os.getenv "XDG_CACHE_HOME"
  if not base or base:sub(1, 1) ~= "/" then
    local home = os.getenv "HOME"
    base = home and home:sub(1, 1) == "/" and home .. "/.cache"
  end
  return base and base .. "/harnest"
end

--- Returns the cache: a table from servers to {types = {name = true}, fields = {type = {name = kind}}}.
local function read_cache()
  local place = folder()
  local file = place and io.open(place .. "/names.json", "rb")
  local cache = file and harnest.decode(file:read "*a" or "")
  if file then
    file:close()
  end
  return type(cache) == "table" and cache or {}
end

--- Writes the cache. A failure is none of the command: the cache is only a help.
local function write_cache(cache)
  local place = folder()
  if not place then
    return
  end
  uv.fs_mkdir(place:match "^(.*)/", 448) -- 0700
  uv.fs_mkdir(place, 448)
  local path = ("%s/names.json.%d"):format(place, uv.os_getpid())
  local file = io.open(path, "wb")
  if file then
    local written = file:write(harnest.encode(cache))
    if file:close() and written then
      os.rename(path, place .. "/names.json")
    else
      os.remove(path)
    end
  end
end

--- Returns the name of the server in the cache.
-- @param options  table: the parsed options
local function server_of(options)
  local chosen = profile.choose(options)
  return options.url or options.company or chosen.url or chosen.company or os.getenv "HARNEST_URL"
    or os.getenv "HARNEST_COMPANY" or ""
end

--- Returns a member of a table that is a table, and makes it if `make` is set.
local function member(parent, name, make)
  if type(parent[name]) ~= "table" then
    if not make then
      return {}
    end
    parent[name] = {}
  end
  return parent[name]
end

--- Keeps the names of a description.
-- @param place  what was described: only a type is kept
function names.keep_description(options, place, description)
  if type(place) ~= "string" or place:find "[/?]" then
    return
  end
  local cache = read_cache()
  local server = member(cache, server_of(options), true)
  local types, fields = member(server, "types", true), {}
  add(types, place, true)
  for _, part in ipairs { "attributes", "relationships" } do
    for name, facts in pairs(description[part] or {}) do
      add(fields, name, part)
      for _, target in ipairs(part == "relationships" and facts.types or {}) do
        add(types, target, true)
      end
    end
  end
  member(server, "fields", true)[place] = fields
  write_cache(cache)
end

--- Keeps the names of types.
-- @param list  array of {name =}
function names.keep_types(options, list)
  local cache = read_cache()
  local types = member(member(cache, server_of(options), true), "types", true)
  for _, link in ipairs(list) do
    add(types, link.name, true)
  end
  write_cache(cache)
end

--- Returns the known types of the server as the keys of a table.
function names.types(options)
  return member(member(read_cache(), server_of(options)), "types")
end

--- Returns the known fields of a type: a table from names to "attributes" or "relationships".
function names.fields(options, place)
  return member(member(member(read_cache(), server_of(options)), "fields"), place)
end

return names

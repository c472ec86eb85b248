--- Profiles: named sets of options in ~/.config/harnest/config.json, for example
--   {"default": "live", "profiles": {"live": {"company": "mycompany", "token_command": "pass harnest"}}}

local harnest = require "harnest"
local uv = require "luv"
local failure = require "harnest.cli.failure"
local nearest = require "harnest.cli.nearest"

local profile = {}

local OTHERS_MAY_READ = 63 -- the mode bits 077: rwx of the group and of others

-- The members of a profile with the type of their value, and whether the value is a secret.
local members = {
  url = { "string" },
  company = { "string" },
  dialect = { "string" },
  token = { "string", is_secret = true },
  token_command = { "string" },
  token_file = { "string" },
  authorization = { "string", is_secret = true },
  ca_file = { "string" },
  headers = { "table", is_secret = true },
  defaults = { "table" },
}

--- Returns the path of the configuration file (XDG Base Directory Specification).
function profile.path()
  local base = os.getenv "XDG_CONFIG_HOME"
  if not base or base:sub(1, 1) ~= "/" then
    base = (os.getenv "HOME" or "") .. "/.config"
  end
  return base .. "/harnest/config.json"
end

--- Returns the contents of the configuration file as a table; nil if there is no file.
local function read_file(path)
  local file, message, code = io.open(path, "rb")
  if not file then
    if code == 2 then -- ENOENT
      return nil
    end
    failure.usage("cannot read the configuration file: %s", message)
  end
  local text = file:read "*a"
  file:close()
  local contents, problem = harnest.decode(text)
  if type(contents) ~= "table" then
    failure.usage("%s: expected a JSON object%s", path, problem and ": " .. problem or "")
  end
  return contents
end

local function check_member(where, name, value)
  local member = members[name]
  if not member then
    failure.usage("%s: unknown member \"%s\"%s", where, name, nearest.advice(name, members))
  elseif type(value) ~= member[1] then
    failure.usage("%s.%s: expected %s, got %s", where, name,
      member[1] == "table" and "an object" or "a string", type(value))
  end
end

--- Raises a usage error if others may read the file and a profile has a secret in it.
local function check_mode(path, profiles)
  local status = uv.fs_stat(path)
  if not status or status.mode % (OTHERS_MAY_READ + 1) == 0 then
    return
  end
  for name, settings in pairs(profiles) do
    for member in pairs(type(settings) == "table" and settings or {}) do
      if members[member] and members[member].is_secret then
        failure.usage('%s: others may read it, and profile "%s" has a secret in it (%s); run chmod 600 %s', path, name,
          member, path)
      end
    end
  end
end

--- Returns the profiles of the configuration file, the name of its default profile and its path.
-- Raises a usage error for a malformed file, and for a secret that others may read.
local function read_profiles()
  local path = profile.path()
  local contents = read_file(path) or {}
  for name in pairs(contents) do
    if name ~= "default" and name ~= "profiles" then
      failure.usage('%s: unknown member "%s"%s', path, name, nearest.advice(name, { default = true, profiles = true }))
    end
  end
  local profiles = contents.profiles or {}
  if type(profiles) ~= "table" then
    failure.usage("%s: profiles: expected an object", path)
  end
  check_mode(path, profiles)
  return profiles, contents.default, path
end

--- Returns a variable of the environment; nil if it is empty.
local function variable(name)
  local value = os.getenv(name)
  return value ~= "" and value or nil
end

--- Whether the options or the environment name a server.
local function has_server(options)
  return options.url or options.company or variable "HARNEST_URL" or variable "HARNEST_COMPANY"
end

--- Chooses a profile: that of --profile or of HARNEST_PROFILE; otherwise, if neither the options nor
-- the environment name a server, the file's default. So a default profile's token goes to no other
-- server.
-- @param options  table: the parsed options
-- @return the profile's table (empty without a profile), its name or nil, and the file's path
-- Raises a usage error for an unknown profile, a malformed file, and for a secret that others may
-- read.
function profile.choose(options)
  local profiles, default, path = read_profiles()
  local name = options.profile or variable "HARNEST_PROFILE"
  if not name and not has_server(options) then
    name = default
  end
  if not name then
    return {}, nil, path
  elseif type(profiles[name]) ~= "table" then
    failure.usage('no profile "%s" in %s%s', tostring(name), path, nearest.advice(tostring(name), profiles))
  end
  local settings = profiles[name]
  for member, value in pairs(settings) do
    check_member(("%s: profiles.%s"):format(path, name), member, value)
  end
  return settings, name, path
end

--- Returns the names of all profiles, sorted.
function profile.names()
  local names = {}
  for name in pairs((read_profiles())) do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

return profile

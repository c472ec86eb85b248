--- Cassettes for specs: each test of a spec file has one, named by the test.
--   require("harnest.busted").use { directory = "spec/cassettes" }
-- at the top of a spec file. Clients that its tests make then record and play without an option of their
-- own. A test that fails records nothing; what after_each finds comes too late for that.

require "harnest" -- which says so if it was built for another Lua

local busted = require "busted"
local cassette = require "harnest.cassette"
local client = require "harnest.client"
local core = require "harnest.core"

local cassettes = {}

local DIRECTORY = "spec/cassettes"

-- Options of each spec file that uses cassettes, by its path.
local files = {}

-- The test that runs, if its file uses cassettes: options, path, name
local current

-- Names of tests by the paths of their cassettes.
local names = {}

--- Returns a name as a part of a path: letters, digits and hyphens, joined by underscores.
local function part_of(name)
  local part = name:gsub("[^%w%-]+", "_"):gsub("^_+", ""):gsub("_+$", "")
  return part ~= "" and part or "_"
end

--- Returns the names from the outermost `describe` to the test.
local function names_of(element)
  local found = {}
  while element and element.descriptor ~= "file" and element.descriptor ~= "suite" do
    table.insert(found, 1, element.name or "")
    element = busted.parent(element)
  end
  return found
end

--- Returns the path of the cassette of a test. Raises if another test has the same one.
local function path_of(options, element)
  local parts, found = {}, names_of(element)
  for i, name in ipairs(found) do
    parts[i] = part_of(name)
  end
  local path = ("%s/%s.json"):format(options.directory or DIRECTORY, table.concat(parts, "/"))
  local name = ("%s (%s)"):format(table.concat(found, " "), element.trace and element.trace.short_src or "?")
  if names[path] and names[path] ~= name then
    error(("harnest.busted: the tests %q and %q have the same cassette %s; rename one"):format(names[path], name,
      path), 0)
  end
  names[path] = name
  return path
end

--- Returns the option `cassette` of a client that the running test makes. Raises a usage error where none runs.
local function option_of_test()
  if not current then
    core.usage_error("harnest.busted: expected a client that a test makes, got one of before_each, setup or a file, "
      .. "which has no cassette; set cassette = false for none")
  end
  local option = {}
  for name, value in pairs(current.options) do
    option[name] = value
  end
  option.directory = nil
  option.path = current.path
  return option
end

--- Ends the use of the test's cassette. Writes it if the test passed; raises if that fails, or if the
-- server's responses differ in mode "check".
local function finish(is_passed)
  local ended = current
  current = nil
  local differences = ended and cassette.finish(ended.path, is_passed) or {}
  if is_passed and #differences > 0 then
    error(("cassette %s: the server's responses differ:\n%s"):format(ended.path, table.concat(differences, "\n")), 0)
  end
end

--- Begins a test of a file that uses cassettes: its end is a part of it, so that it can fail there.
local function begin(element)
  local options = files[element.trace and element.trace.source or ""]
  if options then
    local run = element.run
    element.run = function(...)
      current = { options = options, path = path_of(options, element) }
      run(...)
      finish(true)
    end
  end
  return nil, true
end

--- Ends a test that failed.
local function discard()
  finish(false)
  return nil, true
end

--- Gives each test of the calling spec file a cassette: DIRECTORY/DESCRIBE/TEST.json, with the names of
-- its blocks, where other characters than letters, digits and hyphens are underscores. Clients that are
-- made while a test runs use it, if their options name none; those made in before_each do not.
-- @param options  table: directory (default "spec/cassettes"), and the members of the client's option
--   cassette but path: mode, filter, ignore, max_age, warn
-- Raises a usage error for wrong options.
function cassettes.use(options)
  if options ~= nil and type(options) ~= "table" then
    core.usage_error(("harnest.busted.use: expected a table of options, got a %s"):format(type(options)))
  end
  if options and options.path ~= nil then
    core.usage_error "harnest.busted.use: the path is named by the test; set directory"
  end
  local others = {}
  for name, value in pairs(options or {}) do
    if name ~= "directory" then
      others[name] = value
    elseif type(value) ~= "string" or value == "" then
      core.usage_error(("harnest.busted.use: directory: expected a path, got %s"):format(core.describe(value)))
    end
  end
  core.check_members(others, "cassette", "harnest.busted.use: ")
  files[debug.getinfo(2, "S").source] = options or {}
  client.default_cassette = option_of_test
end

--- Returns the path of the running test's cassette; nil if its file uses none.
function cassettes.path()
  return current and current.path
end

busted.subscribe({ "file", "start" }, function()
  client.default_cassette = nil
  return nil, true
end)
busted.subscribe({ "test", "start" }, begin)
busted.subscribe({ "test", "end" }, discard)

return cassettes

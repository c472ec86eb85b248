--- Cassettes: exchanges recorded in a file, and played in place of a server (option `cassette`).
-- The core finds, plays and records exchanges; this module opens cassettes, filters and writes them, and
-- warns of what was not used, or differs.

local core = require "harnest.core"
local deferred = require "harnest.deferred"

local cassette = {}

local decode = deferred.call("json_text", "decode")
local encode = deferred.call("json_text", "encode")
local shape_differences = deferred.call("cassette_shape", "differences")

local MODES = { once = true, replay = true, record = true, check = true }

local SECONDS_OF_DAY = 24 * 60 * 60

-- How many unused interactions a warning names.
local NAMED = 5

-- The open cassettes by path: clients that name the same file share it.
local open = setmetatable({}, { __mode = "v" })

-- Cassettes by path that go on when the last client has left: those that record for HARNEST_CASSETTE, since
-- a script may make several clients, one after another, and those of tests that run.
local kept = {}

local function usage_error(...)
  return core.usage_error(string.format(...))
end

--- Returns a variable of the environment, nil if it is not set or empty.
local function environment(name)
  local value = os.getenv(name)
  return value ~= "" and value or nil
end

--- Writes a warning to the standard error.
local function warn(text)
  io.stderr:write("harnest: " .. text .. "\n")
end

--- Returns the settings that the option states, a copy. A text is the path.
local function read(option)
  if type(option) == "string" then
    option = { path = option }
  elseif type(option) ~= "table" then
    usage_error("option cassette: expected the path of a file, or a table with it, got %s", core.describe(option))
  end
  core.check_members(option, "cassette", "option cassette.")
  local settings = {}
  for name, value in pairs(option) do
    settings[name] = value
  end
  if not settings.path then
    usage_error("option cassette: expected a table with path, the file, got one without")
  end
  settings.path = settings.path:gsub("^%./+", "") -- so that clients that share a file name it alike
  if type(settings.ignore) == "string" then
    settings.ignore = { settings.ignore }
  end
  return settings
end

--- Returns whether there is a file.
local function exists(path)
  local file = io.open(path, "rb")
  if file then
    file:close()
  end
  return file ~= nil
end

--- Returns the days since 1970-01-01 of a date (proleptic Gregorian calendar).
local function days_of(year, month, day)
  local shifted = month > 2 and year or year - 1
  local day_of_year = math.floor((153 * (month > 2 and month - 3 or month + 9) + 2) / 5) + day - 1
  return 365 * shifted + math.floor(shifted / 4) - math.floor(shifted / 100) + math.floor(shifted / 400)
    + day_of_year - 719468
end

--- Returns the seconds since 1970 of a time such as 2026-01-31T12:00:00Z, nil for another text.
local function seconds_of(text)
  local year, month, day, hour, minute, second = (text or ""):match "^(%d%d%d%d)-(%d%d)-(%d%d)T(%d%d):(%d%d):(%d%d)Z$"
  if not year then
    return nil
  end
  return days_of(tonumber(year), tonumber(month), tonumber(day)) * SECONDS_OF_DAY
    + tonumber(hour) * 3600 + tonumber(minute) * 60 + tonumber(second)
end

--- Warns of a file that is older than max_age.
local function check_age(opened, settings)
  local recorded = core.cassette_recorded_at(opened)
  local seconds = seconds_of(recorded)
  local age = seconds and os.time() - seconds
  if settings.max_age and age and age > settings.max_age then
    settings.warn(("cassette %s was recorded %s, more than max_age (%s s) ago; record it again with cassette_mode = "
      .. "\"record\""):format(settings.path, recorded, tostring(settings.max_age)))
  end
end

--- Opens a cassette. Raises if its file cannot be used.
local function open_file(settings)
  local mode = settings.mode
  if mode == "once" then
    mode = exists(settings.path) and "replay" or "record"
  end
  local opened, problem = core.cassette(settings.path, mode, settings.ignore or {}, settings)
  if not opened then
    local is_damaged = problem:find(":%d+:%d+: ") ~= nil
    usage_error("option cassette: %s%s", problem, mode == "record" and is_damaged and "; remove it to record"
      or mode ~= "record" and not exists(settings.path) and (" (cassette_mode is %q)"):format(settings.mode) or "")
  end
  settings.opened_mode = mode
  settings.users = 0
  settings.filtered = {}
  open[settings.path] = opened
  settings.is_kept = settings.is_of_test or settings.is_of_environment and mode == "record"
  if settings.is_kept then
    kept[settings.path] = opened
  end
  if mode == "replay" then
    check_age(opened, settings)
  end
  return opened
end

--- Returns the option that applies: the given one, else the default, else that of the environment.
local function applying(options, is_derived, default)
  local given = rawget(options, "cassette")
  if given ~= nil or is_derived then
    return given
  end
  return default and default() or environment "HARNEST_CASSETTE"
end

--- Returns the mode that applies, where the option's table may have one.
local function mode_of(options, settings)
  local given = rawget(options, "cassette_mode")
  local mode = given or settings.mode or environment "HARNEST_CASSETTE_MODE" or "once"
  if not MODES[mode] then
    usage_error('%s: expected "once", "replay", "record" or "check", got %q', given and "option cassette_mode"
      or settings.mode and "option cassette.mode" or "HARNEST_CASSETTE_MODE", tostring(mode))
  end
  return mode
end

--- Raises a usage error unless another client may share an open cassette: with the same mode, and without a
-- filter and ignored parameters of its own.
local function check_shared(shared, settings)
  if shared.mode ~= settings.mode then
    usage_error("option cassette: %s is open with cassette_mode = %q, and cannot have %q", settings.path, shared.mode,
      settings.mode)
  elseif settings.filter and settings.filter ~= shared.filter then
    usage_error("option cassette.filter: %s is open with %s filter, and cannot have another one", settings.path,
      shared.filter and "its own" or "no")
  end
  for _, name in ipairs(settings.ignore or {}) do
    local is_known = false
    for _, known in ipairs(shared.ignore or {}) do
      is_known = is_known or known == name
    end
    if not is_known then
      usage_error("option cassette.ignore: %s is open without %q in it", settings.path, name)
    end
  end
end

--- Returns the cassette of a new client, which must join it. One that no client joined is not shared: it may
-- have the base URL of a client that could not be made.
-- @param options     table: the options of the client
-- @param is_derived  boolean: only the option counts, since the client has that of another one
-- @param default     function: returns the option if the options do not name it; nil for none
-- @return the cassette; nil if no option says; false for none
-- Raises a usage error for a wrong option, and if the file cannot be used.
function cassette.of(options, is_derived, default)
  local option = applying(options, is_derived, default)
  if not option then
    if option == nil and rawget(options, "cassette_mode") ~= nil then
      usage_error("option cassette_mode: expected a cassette with it, got none")
    end
    return option
  end
  local settings = read(option)
  local is_given = is_derived or rawget(options, "cassette") ~= nil
  settings.is_of_test = not is_given and default ~= nil
  settings.is_of_environment = not is_given and not default
  settings.mode = mode_of(options, settings)
  settings.warn = settings.warn or warn
  local opened = kept[settings.path] or open[settings.path]
  if opened and core.cassette_is_open(opened) and core.cassette_options(opened).is_joined then
    check_shared(core.cassette_options(opened), settings)
  else
    opened = open_file(settings)
  end
  return opened
end

--- Begins the use of a cassette by a new client, which must leave it.
-- @param opened  the cassette
function cassette.join(opened)
  local settings = core.cassette_options(opened)
  settings.users = settings.users + 1
  settings.is_joined = true
end

--- Returns the table of an interaction. Raises if it cannot be decoded: a number is beyond floats.
local function read_interaction(text)
  local interaction, problem = decode(text)
  if interaction == nil then
    error("an interaction of the cassette cannot be decoded: " .. problem, 0)
  end
  return interaction
end

--- Lets the filter change one recording.
local function filter_recording(opened, number, filter)
  local text = core.cassette_recording(opened, number)
  if not text then
    return
  end
  local interaction = read_interaction(text)
  local before = encode(interaction)
  local fine, is_kept = pcall(filter, interaction)
  local path = core.cassette_options(opened).path
  if not fine then
    error(("the filter of cassette %s raised: %s"):format(path, tostring(is_kept)), 0)
  elseif is_kept ~= nil and type(is_kept) ~= "boolean" and is_kept ~= interaction then
    error(("the filter of cassette %s returned %s; it changes the interaction in place, and returns false to leave "
      .. "it out"):format(path, core.describe(is_kept)), 0)
  end
  local after = is_kept ~= false and encode(interaction) or nil
  if after ~= before then
    local replaced, problem = core.cassette_replace(opened, number, after)
    if not replaced then
      error(("the filter of cassette %s left no valid interaction: %s"):format(path, problem), 0)
    end
  end
end

--- Lets the filter change the recordings that it has not had.
local function filter_recordings(opened, settings)
  local _, count = core.cassette_counts(opened)
  for number = 1, settings.filter and count or 0 do
    if not settings.filtered[number] then
      filter_recording(opened, number, settings.filter)
      settings.filtered[number] = true
    end
  end
end

--- Filters and writes the recordings. Raises if that fails; then they are discarded. Mode "once" writes no file
-- that has only failures, since it would keep later runs from a server that did not answer.
local function write(opened, settings)
  local function attempt()
    local _, count, responses = core.cassette_counts(opened)
    if settings.mode == "once" and count > 0 and responses == 0 then
      return
    end
    filter_recordings(opened, settings)
    local written, problem = core.cassette_write(opened, os.date "!%Y-%m-%dT%H:%M:%SZ", settings.is_of_test)
    if not written then
      error("cassette " .. problem, 0)
    end
  end
  local fine, problem = pcall(attempt)
  if not fine then
    settings.is_discarded = true
    core.cassette_discard(opened)
    open[settings.path], kept[settings.path] = nil, nil
    error(problem, 0)
  end
end

--- Returns an array of texts: where the live responses have other shapes than the recorded ones.
local function find_differences(opened)
  local found = {}
  local filter = core.cassette_options(opened).filter
  local _, count = core.cassette_counts(opened)
  for number = 1, count do
    local live, recorded, index = core.cassette_recording(opened, number)
    local interaction = live and read_interaction(live)
    local request = live and ("%s %s"):format(interaction.request.method, interaction.request.path)
    if live and filter and filter(interaction) == false then
      live = nil
    end
    if live and not recorded then
      found[#found + 1] = ("%s: not recorded"):format(request)
    elseif live then
      for _, difference in ipairs(shape_differences(read_interaction(recorded), interaction)) do
        found[#found + 1] = ("interactions[%d], %s: %s"):format(index, request, difference)
      end
    end
  end
  return found
end

--- Warns of the interactions that no request took.
local function warn_of_unused(opened, settings)
  local unused = settings.opened_mode ~= "record" and core.cassette_unused(opened) or {}
  if #unused == 0 then
    return
  end
  local named = table.concat(unused, "; ", 1, math.min(#unused, NAMED))
  settings.warn(("cassette %s: %d interaction%s not used: %s%s"):format(settings.path, #unused,
    #unused == 1 and " was" or "s were", named, #unused > NAMED and "; ..." or ""))
end

--- Warns once of what a cassette has shown: unused interactions, and other shapes.
local function warn_of_findings(opened, settings)
  if settings.has_warned or settings.is_discarded or settings.opened_mode == "record" then
    return
  end
  settings.has_warned = true
  if settings.opened_mode == "check" then
    for _, difference in ipairs(find_differences(opened)) do
      settings.warn(("cassette %s: %s"):format(settings.path, difference))
    end
  end
  warn_of_unused(opened, settings)
end

--- Ends the use of a cassette by a client that was made with it: writes the recordings, and with the last
-- such client warns of what is unused, or differs.
-- Raises if the file cannot be written.
function cassette.leave(opened)
  if not core.cassette_is_open(opened) then
    return
  end
  local settings = core.cassette_options(opened)
  settings.users = settings.users - 1
  if settings.is_of_test then
    return
  end
  if settings.users <= 0 and not settings.is_kept and open[settings.path] == opened then
    open[settings.path] = nil -- a later client reads the file again
  end
  if settings.opened_mode == "record" and not settings.is_discarded then
    write(opened, settings)
  end
  if settings.users <= 0 then
    warn_of_findings(opened, settings)
  end
end

--- The finalizer: clients that were not closed have left it. One that no client joined needs no warning.
function core.cassette_metatable.__gc(opened)
  if not core.cassette_is_open(opened) then
    return
  end
  local settings = core.cassette_options(opened)
  settings.users = 1
  local fine, problem = true, nil
  if settings.is_joined and not settings.is_of_test then
    fine, problem = pcall(cassette.leave, opened)
  end
  core.cassette_close(opened)
  if not fine then
    settings.warn(tostring(problem))
  end
end

--- Ends the use of a cassette by all clients: they record no more in it.
-- @param path     string: as the option has it; if no cassette is open there, nothing happens
-- @param is_kept  boolean: whether the recordings are written
-- @return array of texts: with mode "check", where the server's responses differ
-- Raises if the file cannot be written.
function cassette.finish(path, is_kept)
  local opened = open[path]
  if not opened or not core.cassette_is_open(opened) then
    return {}
  end
  local settings = core.cassette_options(opened)
  local differences = settings.opened_mode == "check" and find_differences(opened) or {}
  open[path], kept[path] = nil, nil
  if is_kept then
    if settings.opened_mode == "record" then
      write(opened, settings)
    end
    warn_of_unused(opened, settings)
  end
  settings.is_discarded = true
  core.cassette_discard(opened)
  return differences
end

--- Returns the cassette of a client; raises a usage error if it has none.
local function check(client, method)
  local opened = core.settings(client).cassette
  if not opened or not core.cassette_is_open(opened) then
    usage_error("%s: expected a client with a cassette, got one without", method)
  end
  return opened
end

--- Discards what the client's cassette has recorded, and will: its file stays as it is. For a test that
-- failed.
-- Raises a usage error for a client without a cassette.
function cassette.discard(client)
  local opened = check(client, "discard_cassette")
  local settings = core.cassette_options(opened)
  settings.is_discarded = true
  core.cassette_discard(opened)
  if not settings.is_of_test then
    open[settings.path], kept[settings.path] = nil, nil
  end
end

--- Returns a report on the client's cassette.
-- @return table: path; mode ("once", "replay", "record" or "check"); is_recording (boolean);
--   interactions (number of them in the file when it was opened); unused (array of texts);
--   differences (array of texts; with mode "check")
-- Raises a usage error for a client without a cassette, and what the filter raises; with mode "check", an
-- error if memory lacked for a response.
function cassette.report(client)
  local opened = check(client, "cassette_report")
  local settings = core.cassette_options(opened)
  return {
    path = settings.path,
    mode = settings.mode,
    is_recording = settings.opened_mode == "record",
    interactions = (core.cassette_counts(opened)),
    unused = settings.opened_mode == "record" and {} or core.cassette_unused(opened),
    differences = settings.opened_mode == "check" and find_differences(opened) or {},
  }
end

return cassette

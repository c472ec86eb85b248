--- The cassette of a command: the options --cassette and --cassette-mode, and what becomes of the file
-- when the command ends.

local failure = require "harnest.cli.failure"
local nearest = require "harnest.cli.nearest"

local cassette = {}

--- The words of --cassette-mode, as harnest.new knows them.
cassette.MODES = { "once", "replay", "record", "check" }

-- The kinds of errors that end a command before all its requests, whatever the server answers. What was
-- recorded is only a part of a run, so it is not written.
local is_cut_short = { input = true, output = true, internal = true, interrupted = true }

-- Exit statuses of a server that did not answer. In the mode "once", a recording of it would keep the
-- next command from the server.
local UNREACHABLE = { [8] = true, [failure.OUTCOME_UNKNOWN] = true }

local kept -- the command's client with a cassette

--- Returns a variable of the environment; nil if it is empty.
local function variable(name)
  local value = os.getenv(name)
  return value ~= "" and value or nil
end

--- Raises a usage error if the variable HARNEST_CASSETTE_MODE has an unknown word.
local function check_variable()
  local mode, known = variable "HARNEST_CASSETTE_MODE", {}
  for _, name in ipairs(cassette.MODES) do
    known[name] = true
  end
  if mode and not known[mode] then
    local best = nearest.name(mode, known)
    failure.usage('variable HARNEST_CASSETTE_MODE: expected once, replay, record or check, got "%s"%s', mode,
      best and ('; did you mean "%s"?'):format(best) or "")
  end
end

--- Writes a warning of the library.
local function warn(text)
  failure.note("%s", text)
end

--- Returns the options `cassette` and `cassette_mode` of harnest.new; nil without a cassette.
-- @param options  table: the parsed options
-- Raises a usage error for a mode without a cassette, and for an unknown one in the environment.
function cassette.client_options(options)
  local path = options.cassette or variable "HARNEST_CASSETTE"
  if path == "" then
    failure.usage "option --cassette: expected the path of a file, got an empty text"
  elseif not path then
    if options.cassette_mode then
      failure.usage "option --cassette-mode: expected with --cassette or the variable HARNEST_CASSETTE, got neither"
    end
    return nil, nil
  end
  if not options.cassette_mode then
    check_variable()
  end
  return { path = path, warn = warn }, options.cassette_mode
end

--- Keeps the command's client, whose cassette `finish` ends.
function cassette.keep(api)
  kept = api
end

--- Returns a text for `harnest status`: the cassette's path and what it does, or "none". The warnings of
-- a cassette that nothing was asked of are left out.
function cassette.state(api)
  if api ~= kept then
    return "none"
  end
  local report = api:cassette_report()
  api:discard_cassette()
  local mode = report.is_recording and "record" or report.mode == "once" and "replay" or report.mode
  return ("%s (%s)"):format(report.path, mode)
end

--- Whether nothing is written after an error: no recordings, and no warnings. If a command that plays is
-- a wrong one, what it leaves unused says nothing.
-- @param err     the error object with which the command ended
-- @param report  what api:cassette_report() returned
local function discards(err, report)
  if not report.is_recording then
    return is_cut_short[err.kind] or err.kind == "usage"
  end
  return is_cut_short[err.kind] or report.mode == "once" and UNREACHABLE[failure.status(err)]
end

--- Returns the error of a check that found differences; nil if it found none.
local function error_of_differences(report)
  local count = #report.differences
  if count == 0 then
    return nil
  end
  return failure.new("differs", "cassette %s: the server's responses differ from it in %d place%s", report.path, count,
    count == 1 and "" or "s")
end

--- Ends the command's cassette: closes the client, by which the file is written, and warnings are. After an
-- error of the command itself, nothing is.
-- @param err  the error object with which the command ended, or nil
-- @return the error with which it ends now: `err`, one of the cassette, or nil
function cassette.finish(err)
  local api = kept
  if not api then
    return err
  end
  kept = nil
  local report = api:cassette_report()
  if err and discards(err, report) then
    api:discard_cassette()
    return err
  end
  local closed, raised = pcall(api.close, api)
  if not closed then
    return err or failure.new("output", "cannot write the %s", tostring(raised))
  end
  return err or error_of_differences(report)
end

return cassette

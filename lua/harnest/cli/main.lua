--- The command: parses its arguments, runs a subcommand and returns the exit status.

local arguments = require "harnest.cli.arguments"
local cassette = require "harnest.cli.cassette"
local failure = require "harnest.cli.failure"
local names = require "harnest.cli.names"
local nearest = require "harnest.cli.nearest"
local preview = require "harnest.cli.preview"
local profile = require "harnest.cli.profile"
local progress = require "harnest.cli.progress"
local terminal = require "harnest.cli.terminal"
local words = require "harnest.cli.words"
local writer = require "harnest.cli.writer"

--- Parses words; raises a usage error.
local function parse(parser, argv)
  local parsed, options = parser:pparse(argv)
  if not parsed then
    error(failure.new("usage", "%s", words.message(parser, argv, options)), 0)
  end
  return options
end

--- Parses the arguments with a parser of the one command that the first word names; making all commands
-- takes longer than most requests.
-- @return the options; nil if all commands may matter: the first word names none, the words are wrong,
--   or the profile has defaults
-- Raises what the choice of the profile raises.
local function parse_quickly(argv)
  local parser = arguments.parser(argv[1])
  if not words.commands(parser)[argv[1]] then
    return nil
  end
  local parsed, options = parser:pparse(words.prepare(parser, argv))
  local chosen = parsed and arguments.uses_profile(options.command) and profile.choose(options)
  return parsed and not (chosen and chosen.defaults) and options or nil
end

--- Parses the arguments, with the defaults of the profile that they choose.
local function parse_all(argv)
  local quickly = argv[1] and parse_quickly(argv)
  if quickly then
    return quickly
  end
  local parser = arguments.parser()
  argv = words.prepare(parser, argv)
  local options = parse(parser, argv)
  local chosen = arguments.uses_profile(options.command) and profile.choose(options)
  if chosen and chosen.defaults then
    local function suits(name, value)
      return arguments.default_suits(options, name, value)
    end
    options = parse(parser, words.with_defaults(parser, argv, options.command, chosen.defaults, suits))
  end
  return options
end

--- Runs the command; what it has written is then on its way. If requests are shown, nothing else is.
local function run(options)
  if preview.is_on(options) then
    writer.to(false)
  end
  require("harnest.cli.command." .. options.command)(options)
  progress.hide()
  writer.flush()
end

--- Returns the options that errors of the parser itself follow.
local function error_options(argv)
  local text = " " .. table.concat(argv, " ") .. " "
  return { error_format = text:find " %-%-error%-format[ =]json " and "json" }
end

--- Adds Lua's traceback to the message of a bug in the command itself, for -vvv.
local function handler(options)
  return function(raised)
    if (options.verbose or 0) > 2 and failure.object(raised).kind == "internal" then
      return debug.traceback(tostring(raised), 2)
    end
    return raised
  end
end

--- Adds the nearest type that was seen on this server to an error of an unknown one.
local function with_near_type(err, options)
  if err.kind ~= "not_found" or not options.type or options.type:find "[/?]" then
    return err
  end
  local read, types = pcall(names.types, options)
  local best = read and not types[options.type] and nearest.name(options.type, types)
  if best then
    err.message = ('%s; did you mean "%s"?'):format(err.message, best)
  end
  return err
end

--- Runs the command.
-- @param argv  array of strings
-- @return the exit status
return function(argv)
  terminal.keep_from_sigpipe()
  writer.open()
  if terminal.is(1) then
    writer.before = progress.hide
  end
  local options = error_options(argv)
  local done, raised = pcall(parse_all, argv)
  if done then
    options = raised
    done, raised = xpcall(function()
      arguments.check_output(options)
      run(options)
    end, handler(options))
  end
  pcall(progress.hide)
  done = done or raised == writer.READER_GONE or preview.was_shown(raised)
  local err = cassette.finish(not done and with_near_type(failure.object(raised), options) or nil)
  if not err then
    return failure.DONE
  end
  if err.kind ~= "output" and err.kind ~= "interrupted" then -- a full pipe would delay the end
    pcall(writer.flush)
  end
  if not err.is_reported then
    failure.report(err, options)
  end
  return failure.status(err)
end

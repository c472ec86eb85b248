--- The command: parses its arguments, runs a subcommand and returns the exit status.

local arguments = require "harnest.cli.arguments"
local failure = require "harnest.cli.failure"
local preview = require "harnest.cli.preview"
local terminal = require "harnest.cli.terminal"
local writer = require "harnest.cli.writer"

--- Runs a subcommand and ends the output, whole lines only. If requests are shown, nothing else is.
local function run(options)
  if preview.is_on(options) then
    writer.to(false)
  end
  require("harnest.cli.command." .. options.command)(options)
  writer.flush()
end

--- Runs the command.
-- @param argv  array of strings
-- @return the exit status
return function(argv)
  local parser = arguments.parser()
  local parsed, options = parser:pparse(argv)
  if not parsed then
    failure.report(failure.new("usage", "%s\n%s", options, "harnest help shows all commands"), {})
    return failure.USAGE
  end
  terminal.keep_from_sigpipe()
  writer.open()
  local done, raised = pcall(run, options)
  if done or raised == writer.READER_GONE then
    return failure.DONE
  end
  local err = failure.object(raised)
  if preview.was_shown(err) then
    return failure.DONE
  elseif err.kind ~= "output" then
    pcall(writer.flush)
  end
  if not err.is_reported then
    failure.report(err, options)
  end
  return failure.status(err)
end

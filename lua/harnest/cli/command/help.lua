--- harnest help [COMMAND]

local arguments = require "harnest.cli.arguments"
local failure = require "harnest.cli.failure"
local nearest = require "harnest.cli.nearest"
local words = require "harnest.cli.words"
local writer = require "harnest.cli.writer"

return function(options)
  local parser = arguments.parser()
  local wanted = options.topic
  if not wanted then
    writer.write(parser:get_help(), "\n")
    return
  end
  for _, command in ipairs(parser._commands) do
    if command._name == wanted then
      writer.write(command:get_help(), "\n")
      return
    end
  end
  failure.usage('help: unknown command "%s"%s', wanted, nearest.advice(wanted, words.commands(parser)))
end

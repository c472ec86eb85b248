--- The arguments of the command.

local argparse = require "argparse"
local output = require "harnest.cli.output"
local transfer = require "harnest.cli.arguments.transfer"
local write = require "harnest.cli.arguments.write"

local arguments = {}

local EPILOG = [[
Exit status: 0 done, 1 failed, 2 wrong arguments, 3 not found, 4 not authorized or forbidden,
5 conflict, 6 invalid, 7 rate limited or unavailable, 8 network, TLS or timeout, 9 a write may have
been done, 130 interrupted.]]

--- Returns the converter of an option whose argument is a whole number of at least `least`.
local function whole(option, least)
  return function(text)
    local number = text:match "^%d+$" and tonumber(text)
    if not number or number < least then
      return nil, ('option %s: expected a whole number of at least %d, got "%s"'):format(option, least, text)
    end
    return number
  end
end

--- Returns the converter of an option whose argument is a number of seconds.
local function seconds(option)
  return function(text)
    local number = text:match "^%d*%.?%d*$" and tonumber(text)
    if not number or number <= 0 then
      return nil, ('option %s: expected a number of seconds above 0, got "%s"'):format(option, text)
    end
    return number
  end
end

local function add_common(command)
  command:option("--company", "company name at harnest.io")
  command:option("--url", "base URL of the API")
  command:option("--profile", "profile of the configuration file")
  command:option("-o --output", "format of the output"):choices(output.names)
  command:option("--color", "colours in the output"):choices { "auto", "always", "never" }
  command:option("--null", "text of null in tables, csv and tsv")
  command:flag("--safe", "csv, tsv: prefix cells that begin with = + - or @, which spreadsheets run")
  command:option("--timeout", "limit of one attempt, in seconds"):convert(seconds "--timeout")
  command:option("--deadline", "limit of one call with its retries, in seconds"):convert(seconds "--deadline")
  command:option("--retries", "attempts after the first"):convert(whole("--retries", 0))
  command:option("--rate", "limit of requests, such as 20/1s")
  command:option("--error-format", "form of error messages"):choices { "text", "json" }
  command:flag("--no-progress", "no progress on the terminal")
  write.add_preview(command)
  command:flag("-v --verbose", "-v shows requests, -vv headers, -vvv bodies"):count "*"
end

local function add_query(command)
  command:option("--filter", "NAME=VALUE; dots nest: owner.team=legal"):count "*"
  command:option("--sort", "fields, separated by commas; -name descends")
  command:option("--include", "relationships to include, separated by commas")
  command:option("--fields", "columns, such as id,title,owner.name")
  command:option("--limit", "the most resources"):convert(whole("--limit", 1))
  command:option("--page-size", "resources of a page"):convert(whole("--page-size", 1))
  command:option("--concurrency", "pages requested at once"):convert(whole("--concurrency", 1))
  command:flag("--exact", "only resources that equal the filter")
  command:option("--param", "NAME=VALUE: any other query parameter"):count "*"
  command:option("--cursor", "where to go on, from an earlier run")
end

local function add_document(command)
  command:flag("--document", "json: a document with data, included and meta")
end

-- These take no options of a client.
local plain_commands = { help = true, completion = true, complete = true }

--- Whether a command has the options of a client, and so a profile.
function arguments.uses_profile(command)
  return not plain_commands[command]
end

-- The formats of commands that have fewer than others. An export's format is that of its file.
local formats = { describe = { table = true, json = true, ndjson = true }, export = {} }

--- Whether a profile's default suits a command: the format of the output is left out where the command
-- has no such format.
-- @param options  table: the parsed options
-- @param name     string: the option's name
-- @param value    the default
function arguments.default_suits(options, name, value)
  local known = formats[options.command]
  return name ~= "output" or not options.document and (not known or known[value] == true)
end

local function add_command(parser, name, summary)
  local command = parser:command(name, summary)
  add_common(command)
  return command
end

--- Adds the commands that use no client.
local function add_plain(parser)
  local help = parser:command("help", "The commands, or the options of one.")
  help:argument("topic", "name of a command"):args "?"

  local completion = parser:command("completion", "The completion script of a shell.")
  completion:argument("shell", "bash, zsh or fish"):choices { "bash", "zsh", "fish" }

  local complete = parser:command("complete", "Candidates that complete a word, for the shells' scripts.")
  complete:hidden(true)
  complete:flag("--divided", "words are divided at =, as bash does")
  complete:argument("words", "the command line"):args "*"
end

--- Returns the parser.
function arguments.parser()
  local parser = argparse("harnest", "Reads and writes at a JSON:API server, such as the Harnest API.", EPILOG)
  parser:command_target "command"
  parser:require_command(true)
  parser:flag("--version", "print the version"):action(function()
    print("harnest " .. require "harnest".VERSION)
    os.exit(0, true)
  end)

  local list = add_command(parser, "list", "All resources of a type, page by page.")
  list:argument("type", "type or path")
  add_query(list)
  add_document(list)
  transfer.add_checkpoint(list)

  local get = add_command(parser, "get", "One resource.")
  get:argument("type", "type, or the path of a resource")
  get:argument("id", "id of the resource"):args "?"
  get:option("--include", "relationships to include, separated by commas")
  get:option("--param", "NAME=VALUE: any other query parameter"):count "*"
  add_document(get)

  local count = add_command(parser, "count", "The number of resources.")
  count:argument("type", "type or path")
  count:option("--filter", "NAME=VALUE; dots nest: owner.team=legal"):count "*"
  count:option("--param", "NAME=VALUE: any other query parameter"):count "*"
  count:flag("--exact", "only resources that equal the filter")

  local related = add_command(parser, "related", "The resources of a relationship.")
  related:argument("type", "type of the resource")
  related:argument("id", "id of the resource")
  related:argument("name", "name of the relationship")
  add_query(related)
  add_document(related)

  local describe = add_command(parser, "describe", "Attributes and relationships of a type, from one page.")
  describe:argument("type", "type or path")
  describe:option("--include", "relationships to include, separated by commas")

  write.add(parser, add_command)
  transfer.add(parser, add_command, add_query, whole)

  add_command(parser, "types", "The types that the server's root document names.")
  add_command(parser, "status", "Which server, which profile, and where the token is from.")
  add_command(parser, "repl", "Lua, line by line, with a client named api.")
  add_plain(parser)
  return parser
end

return arguments

--- The arguments of the command.

local argparse = require "argparse"
local cassette = require "harnest.cli.cassette"
local failure = require "harnest.cli.failure"
local output = require "harnest.cli.output"
local transfer = require "harnest.cli.arguments.transfer"
local write = require "harnest.cli.arguments.write"

local arguments = {}

local unpack = table.unpack or unpack -- luacheck: ignore 113

local EPILOG = [[
Exit status: 0 done, 1 failed, 2 wrong arguments, 3 not found, 4 not authorized or forbidden,
5 conflict, 6 invalid, 7 rate limited or unavailable, 8 network, TLS or timeout, 9 a write may have
been done, 130 interrupted.]]

local MOST = 2 ^ 53 -- up to here, a Lua number has each whole number

--- Returns the converter of an option whose argument is a whole number of at least `least`.
local function whole(option, least)
  return function(text)
    local number = text:match "^%d+$" and tonumber(text)
    if number and number > MOST then
      return nil, ('option %s: expected at most 9007199254740992, got %s'):format(option, text)
    elseif not number or number < least then
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

local OUTPUT = "format: table, json, ndjson, csv, tsv, ids or raw (default: table on a terminal, else ndjson for "
  .. "lists and json for one resource)"

--- Adds the options that all commands have, and returns them as an array.
local function add_common(command)
  return {
    command:option("-o --output", OUTPUT):choices(output.names):argname "FORMAT",
    command:option("--null", "text of null in tables, csv and tsv"):argname "TEXT",
    command:flag("--safe", "csv, tsv: prefix cells that begin with = + - or @, which spreadsheets run"),
    command:option("--color", "colours: auto, always or never"):choices({ "auto", "always", "never" }):argname "WHEN",
    command:option("--company", "company name at harnest.io"):argname "NAME",
    command:option("--url", "base URL of the API"):argname "URL",
    command:option("--profile", "profile of the configuration file"):argname "NAME",
    command:option("--timeout", "limit of one attempt"):convert(seconds "--timeout"):argname "SECONDS",
    command:option("--deadline", "limit of one call with its retries"):convert(seconds "--deadline"):argname "SECONDS",
    command:option("--retries", "attempts after the first"):convert(whole("--retries", 0)):argname "N",
    command:option("--rate", "limit of requests, such as 20/1s"):argname "N/TIME",
    command:option("--cassette", "file of recorded exchanges, played in place of the server, or recorded")
      :argname "FILE",
    command:option("--cassette-mode", "once: play the file if there is one, otherwise record; replay; record; check: "
      .. "compare the server with the file"):choices(cassette.MODES):argname "MODE",
    command:option("--error-format", "error messages: text or json"):choices({ "text", "json" }):argname "FORMAT",
    command:flag("--no-progress", "no progress on the terminal"),
    command:flag("-v --verbose", "-v shows requests, -vv headers, -vvv bodies"):count "*",
    write.add_preview(command),
  }
end

local function add_query(command)
  command:option("--filter", "only resources with this value; dots nest: owner.team=legal; may come again")
    :count("*"):argname "NAME=VALUE"
  command:option("--sort", "fields to sort by, separated by commas; -name descends"):argname "FIELDS"
  command:option("--include", "relationships to include, separated by commas"):argname "NAMES"
  command:option("--fields", "columns, such as id,title,owner.name"):argname "COLUMNS"
  command:option("--limit", "the most resources"):convert(whole("--limit", 1)):argname "N"
  command:option("--page-size", "resources of a page"):convert(whole("--page-size", 1)):argname "N"
  command:option("--concurrency", "pages requested at once"):convert(whole("--concurrency", 1)):argname "N"
  command:flag("--exact", "only resources that equal the filter")
  command:option("--param", "any other query parameter; may come again"):count("*"):argname "NAME=VALUE"
  command:option("--cursor", "where to go on, from an earlier run"):argname "TEXT"
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
local formats = {
  describe = { "table", "json", "ndjson" }, count = { "json", "ndjson" }, request = { "json", "ndjson", "raw" },
  export = {},
}

--- Whether a command has a format.
local function has_format(command, name)
  for _, known in ipairs(formats[command] or output.names) do
    if known == name then
      return true
    end
  end
  return false
end

--- Whether a profile's default suits a command: the format of the output is left out where the command
-- has no such format.
-- @param options  table: the parsed options
-- @param name     string: the option's name
-- @param value    the default
function arguments.default_suits(options, name, value)
  return name ~= "output" or not options.document and has_format(options.command, value)
end

--- Raises a usage error if the command has no such format as the option --output names.
function arguments.check_output(options)
  local known = formats[options.command]
  if options.output and known and known[1] and not has_format(options.command, options.output) then
    failure.usage("option --output: %s: expected %s or %s for %s", options.output,
      table.concat(known, ", ", 1, #known - 1), known[#known], options.command)
  end
end

--- Makes the help of a command: its own options first, then the common ones, and a usage of one line.
local function arrange(command, common)
  local is_common, own, usage = {}, {}, { "Usage: harnest", command._name, "[OPTIONS]" }
  for _, option in ipairs(common) do
    is_common[option] = true
  end
  for _, option in ipairs(command._options) do
    if not is_common[option] then
      own[#own + 1] = option
    end
  end
  for _, argument in ipairs(command._arguments) do
    usage[#usage + 1] = argument:_get_usage()
  end
  command:group("Options", unpack(own))
  command:group("Options of all commands", unpack(common))
  command:usage(table.concat(usage, " "))
end

--- Adds the commands that use no client.
local function add_plain(add)
  add("help", "The commands, or the options of one.", function(help)
    help:argument("topic", "name of a command"):args "?"
  end)
  add("completion", "The completion script of a shell.", function(completion)
    completion:argument("shell", "bash, zsh or fish"):choices { "bash", "zsh", "fish" }
  end)
  add("complete", "Candidates that complete a word, for the shells' scripts.", function(complete)
    complete:hidden(true)
    complete:flag("--divided", "words are divided at =, as bash does")
    complete:argument("words", "the command line"):args "*"
  end)
end

--- Adds the commands that read.
local function add_reading(add)
  add("list", "All resources of a type, page by page.", function(list)
    list:argument("type", "type or path")
    add_query(list)
    add_document(list)
    transfer.add_checkpoint(list)
  end)
  add("get", "One resource.", function(get)
    get:argument("type", "type, or the path of a resource")
    get:argument("id", "id of the resource"):args "?"
    get:option("--include", "relationships to include, separated by commas"):argname "NAMES"
    get:option("--param", "any other query parameter; may come again"):count("*"):argname "NAME=VALUE"
    add_document(get)
  end)
  add("count", "The number of resources.", function(count)
    count:argument("type", "type or path")
    count:option("--filter", "only resources with this value; dots nest: owner.team=legal; may come again")
      :count("*"):argname "NAME=VALUE"
    count:option("--param", "any other query parameter; may come again"):count("*"):argname "NAME=VALUE"
    count:flag("--exact", "only resources that equal the filter")
  end)
  add("related", "The resources of a relationship.", function(related)
    related:argument("type", "type of the resource")
    related:argument("id", "id of the resource")
    related:argument("name", "name of the relationship")
    add_query(related)
    add_document(related)
  end)
  add("describe", "Attributes and relationships of a type, from one page.", function(describe)
    describe:argument("type", "type or path")
    describe:option("--include", "relationships to include, separated by commas"):argname "NAMES"
  end)
end

--- Returns the parser.
-- @param only  name of the one command to make; nil: all
function arguments.parser(only)
  local parser = argparse("harnest", "Reads and writes at a JSON:API server, such as the Harnest API.", EPILOG)
  parser:command_target "command"
  parser:require_command(true)
  parser:flag("--version", "print the version"):action(function()
    print("harnest " .. require "harnest".VERSION)
    os.exit(0, true)
  end)

  local function add_plain_command(name, summary, build)
    if only == nil or only == name then
      build(parser:command(name, summary))
    end
  end
  --- Adds a command with the options that all have. `build`, a function of it or nil, adds its own.
  local function add(name, summary, build)
    add_plain_command(name, summary, function(command)
      command:help_max_width(100):help_description_margin(26)
      local common = add_common(command)
      if build then
        build(command)
      end
      arrange(command, common)
    end)
  end
  add_reading(add)
  write.add(add)
  transfer.add(add, add_query, whole)
  add("types", "The types that the server's root document names.")
  add("status", "Which server, which profile, and where the token is from.")
  add("repl", "Lua, line by line, with a client named api.")
  add_plain(add_plain_command)
  return parser
end

return arguments

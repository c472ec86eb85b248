--- Chooses the format of a command's output.

local failure = require "harnest.cli.failure"
local terminal = require "harnest.cli.terminal"
local writer = require "harnest.cli.writer"

local output = {}

--- The formats that the option --output takes.
output.names = { "table", "json", "ndjson", "csv", "tsv", "ids", "raw" }

--- Returns the format of a command: the chosen one, or the default for a terminal or a pipe.
-- @param options  table: the parsed options
-- @param is_list  whether the command writes a list
function output.name(options, is_list)
  if options.document then
    if options.output and options.output ~= "json" then
      failure.usage("option --document: expected with --output json, got --output %s", options.output)
    elseif options.fields then
      failure.usage "option --document: expected without --fields, which chooses columns"
    end
    return "json"
  elseif options.output then
    return options.output
  elseif terminal.is(1) then
    return "table"
  end
  return is_list and "ndjson" or "json"
end

--- Writes the server's own body of one request, as it is.
-- @param api    the client
-- @param place  a type or path
function output.write_raw(api, place, query)
  local body, err = api:request { path = place, query = query, raw = true }
  if not body then
    error(err, 0)
  end
  writer.write(body)
end

--- Makes a format.
-- @param name     string: one of output.names
-- @param options  table: null, safe, color, document
-- @param is_list  whether it writes a list
-- @return a table of functions: begin(columns), row(values), value(value), finish(), and pause(), which
-- writes what came so far; those of csv, tsv and table have no value; nil for ids
function output.format(name, options, is_list)
  if name == "csv" or name == "tsv" then
    return require "harnest.cli.format.csv"[name](options)
  elseif name == "table" then
    return require "harnest.cli.format.table".new {
      colour = terminal.has_colour(1, options.color or "auto"),
      null = options.null,
    }
  elseif name == "ndjson" then
    return require "harnest.cli.format.json".ndjson()
  elseif name == "json" and options.document then
    return require "harnest.cli.format.document".new()
  elseif name == "json" and is_list then
    return require "harnest.cli.format.json".array()
  elseif name == "json" then
    return require "harnest.cli.format.json".single()
  elseif name == "raw" or not is_list then
    failure.usage("option --output: %s: this command has no such format", name)
  end
end

return output

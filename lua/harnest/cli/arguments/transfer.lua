--- The arguments of the commands that transfer many resources.

local transfer = {}

local CHECKPOINT = "file that keeps how far the command has come; run it again to go on"

--- Adds the option --checkpoint.
function transfer.add_checkpoint(command)
  command:option("--checkpoint", CHECKPOINT):argname "FILE"
end

--- Adds the options that say how a file is read, and how its resources are sent.
local function add_input(command, whole)
  local formats = require "harnest.cli.records".formats
  command:option("--format", "format of the file (default: by its ending; ndjson without one)"):choices(formats)
    :argname "FORMAT"
  command:option("--json", "csv, tsv: columns with JSON in them, separated by commas"):argname "COLUMNS"
  command:option("--relationships", "csv, tsv: columns with TYPE/ID or TYPE/ID,TYPE/ID in them"):argname "COLUMNS"
  command:option("--type", "type of the resources, if a path does not say it"):target("new_type"):argname "TYPE"
  command:option("--concurrency", "writes at once"):convert(whole("--concurrency", 1)):argname "N"
end

--- Adds the commands.
-- @param add        function(name, summary, build): adds a command, to which the function `build` adds its
--                   own arguments
-- @param add_query  function(command): adds the options of queries
-- @param whole      function(option, least): returns the converter of an option whose argument is a
--                   whole number of at least `least`
function transfer.add(add, add_query, whole)
  add("export", "Writes a list to a file, and goes on after an interruption.", function(export)
    export:argument("type", "type or path")
    export:argument("file", "file; its ending says the format: .csv, .tsv, .json, .ndjson, .jsonl or .ids")
    add_query(export)
    export:option("--checkpoint", CHECKPOINT .. " (default: FILE.checkpoint)"):argname "FILE"
  end)
  add("import", "Creates the resources of a file, and updates those that have an id.", function(import)
    import:argument("type", "type or path")
    import:argument("file", "file, or - for standard input; a line of ndjson is a JSON object of fields, id to update")
    add_input(import, whole)
    import:flag("--create", "create all resources, with the ids of the file")
    import:option("--in-doubt", "what to do with creates whose outcome is unknown: send them again with the same "
      .. "Idempotency-Key (retry), or report them (report)"):choices({ "retry", "report" }):argname("WHAT")
      :default "retry"
    transfer.add_checkpoint(import)
  end)
  add("sync", "Makes the server's resources equal to those of a file, by their ids.", function(sync)
    sync:argument("type", "type or path")
    sync:argument("file", "file, or - for standard input")
    add_input(sync, whole)
    sync:flag("--delete", "delete the resources that the file does not have")
    sync:option("--filter", "only these resources of the server; may come again"):count("*"):argname "NAME=VALUE"
    sync:option("--page-size", "resources of a page"):convert(whole("--page-size", 1)):argname "N"
    sync:option("--param", "any other query parameter; may come again"):count("*"):argname "NAME=VALUE"
  end)
end

return transfer

--- The arguments of the commands that transfer many resources.

local transfer = {}

local CHECKPOINT = "file that keeps how far the command has come; run it again to go on"

--- Adds the option --checkpoint.
function transfer.add_checkpoint(command)
  command:option("--checkpoint", CHECKPOINT)
end

--- Adds the commands to the parser.
-- @param add_command  function(parser, name, summary): adds a command with the common options
-- @param add_query    function(command): adds the options of queries
function transfer.add(parser, add_command, add_query)
  local export = add_command(parser, "export", "Writes a list to a file, and goes on after an interruption.")
  export:argument("type", "type or path")
  export:argument("file", "file; its ending says the format: .csv, .tsv, .json or .ndjson")
  add_query(export)
  export:option("--checkpoint", CHECKPOINT .. " (default: FILE.checkpoint)")
end

return transfer

--- The arguments of the commands that write.

local write = {}

local FIELDS = "NAME=TEXT, NAME:=JSON, NAME=@FILE or NAME:=@FILE; dots nest: address.city=Paris"

--- Adds the options that show requests instead of sending them, and returns them.
function write.add_preview(command)
  local dry_run = command:flag("--dry-run", "print the requests, send nothing")
  local curl = command:flag("--curl", "print curl commands, with $HARNEST_TOKEN for the token, send nothing")
  command:mutex(dry_run, curl)
  return dry_run, curl
end

local function add_response_options(command)
  command:option("--include", "relationships to include in the response, separated by commas"):argname "NAMES"
  command:option("--param", "any other query parameter; may come again"):count("*"):argname "NAME=VALUE"
end

local function add_fields(command)
  command:argument("fields", FIELDS):args "*"
  command:option("-r --relationship", "NAME=TYPE/ID; NAME=TYPE/ID,TYPE/ID; NAME=TYPE/ID, for a list of one; "
    .. "NAME= for none; NAME=, for an empty list; may come again"):count("*"):argname "NAME=…"
  add_response_options(command)
end

local function add_conditions(command)
  command:option("--if-match", "ETag: write only if the resource has not changed since"):argname "ETAG"
  command:option("--idempotency-key", "key by which the server knows a repeated request"):argname "KEY"
end

local function add_relationship_arguments(command)
  command:argument("type", "type, or the path of a resource")
  command:argument("id", "id of the resource"):args "?"
  command:argument("targets", "name of the relationship, then resources: TYPE/ID"):args "*"
end

--- Adds the commands to the parser.
-- @param add_command  function(parser, name, summary): adds a command with the common options
function write.add(parser, add_command)
  local create = add_command(parser, "create", "Creates a resource.")
  create:argument("type", "type or path")
  add_fields(create)
  create:option("--id", "id of the new resource"):target("new_id"):argname "ID"
  create:option("--type", "type of the new resource, if a path does not say it"):target("new_type"):argname "TYPE"
  create:option("--idempotency-key", "key by which the server knows a repeated request"):argname "KEY"

  local update = add_command(parser, "update", "Changes fields of a resource.")
  update:argument("type", "type, or the path of a resource")
  update:argument("id", "id of the resource"):args "?"
  add_fields(update)
  add_conditions(update)

  local delete = add_command(parser, "delete", "Deletes resources.")
  delete:argument("type", "type, or the path of a resource")
  delete:argument("ids", "ids of the resources"):args "*"
  add_conditions(delete)

  add_relationship_arguments(add_command(parser, "link", "Adds resources to a relationship."))
  add_relationship_arguments(add_command(parser, "unlink", "Removes resources from a relationship."))
  local replace = add_command(parser, "replace", "Sets a relationship: TYPE/ID, TYPE/ID… or nothing for none.")
  add_relationship_arguments(replace)
  replace:flag("--many", "the relationship is a list, also with one resource or none")

  local request = add_command(parser, "request", "Sends any request.")
  request:argument("method", "GET, POST, PATCH …")
  request:argument("path", "path below the base URL, or a link")
  request:option("-d --data", "body: JSON, @FILE, or - for standard input"):argname "BODY"
  request:option("-H --header", "a header of the request; may come again"):count("*"):argname "NAME:VALUE"
  request:option("--param", "any other query parameter; may come again"):count("*"):argname "NAME=VALUE"
end

return write

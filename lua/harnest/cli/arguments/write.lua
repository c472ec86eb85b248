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

--- Adds the commands.
-- @param add  function(name, summary, build): adds a command, to which the function `build` adds its own
--             arguments
function write.add(add)
  add("create", "Creates a resource.", function(create)
    create:argument("type", "type or path")
    add_fields(create)
    create:option("--id", "id of the new resource"):target("new_id"):argname "ID"
    create:option("--type", "type of the new resource, if a path does not say it"):target("new_type"):argname "TYPE"
    create:option("--idempotency-key", "key by which the server knows a repeated request"):argname "KEY"
  end)
  add("update", "Changes fields of a resource.", function(update)
    update:argument("type", "type, or the path of a resource")
    update:argument("id", "id of the resource"):args "?"
    add_fields(update)
    add_conditions(update)
  end)
  add("delete", "Deletes resources.", function(delete)
    delete:argument("type", "type, or the path of a resource")
    delete:argument("ids", "ids of the resources"):args "*"
    add_conditions(delete)
  end)
  add("link", "Adds resources to a relationship.", add_relationship_arguments)
  add("unlink", "Removes resources from a relationship.", add_relationship_arguments)
  add("replace", "Sets a relationship: TYPE/ID, TYPE/ID… or nothing for none.", function(replace)
    add_relationship_arguments(replace)
    replace:flag("--many", "the relationship is a list, also with one resource or none")
  end)
  add("request", "Sends any request.", function(request)
    request:argument("method", "GET, POST, PATCH …")
    request:argument("path", "path below the base URL, or a link")
    request:option("-d --data", "body: JSON, @FILE, or - for standard input"):argname "BODY"
    request:option("-H --header", "a header of the request; may come again"):count("*"):argname "NAME:VALUE"
    request:option("--param", "any other query parameter; may come again"):count("*"):argname "NAME=VALUE"
  end)
end

return write

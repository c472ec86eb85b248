--- What the commands export and list --checkpoint have in common.

local checkpoint = require "harnest.cli.checkpoint"
local failure = require "harnest.cli.failure"
local json = require "harnest.cli.format.json"
local output = require "harnest.cli.output"
local progress = require "harnest.cli.progress"
local query_options = require "harnest.cli.query_options"
local resumable = require "harnest.cli.resumable"
local settings = require "harnest.cli.settings"

local kept_list = {}

-- The options that say what a list has, and how it is written.
local COUNTED = {
  "command", "type", "file", "output", "filter", "sort", "include", "fields", "limit", "page_size", "exact", "param",
  "cursor", "null", "safe",
}

--- Returns what identifies the command in its checkpoint.
local function order_of(api, options, name)
  local counted = setmetatable({ output = name }, { __index = options })
  return checkpoint.order((tostring(api):gsub("^harnest%.client: ", "")), counted, COUNTED)
end

--- Returns the columns of a format: those of --fields, or "id" for ids; nil for all attributes.
local function columns_of(options, name)
  return name == "ids" and { "id" } or query_options.columns(options)
end

--- Returns the format of a list of which `count` items were written before; nil for ids.
local function format_of(name, options, count)
  if name == "json" then
    return json.array_after(count)
  end
  return output.format(name, options, true)
end

--- Begins a list with a checkpoint.
-- @param options  table: the parsed options
-- @param name     string: the format's name
-- @param path     string: the checkpoint's file
-- @return a table: state (of the checkpoint, or {count = 0, position = 0}), is_resumed, and functions:
--   save()                     saves the state
--   write(get_position, take)  writes the list; before each save, state.position is what
--                              get_position() returns; `take` is for writer.to
-- Raises a usage error for a format that cannot go on, and for a checkpoint of another command.
function kept_list.new(options, name, path)
  if name == "table" or name == "raw" or options.document then
    failure.usage("option --checkpoint: expected with json, ndjson, csv, tsv or ids, got %s",
      options.document and "--document" or name)
  end
  local api = settings.client(options)
  local order = order_of(api, options, name)
  local state = checkpoint.read(path, order)
  local kept = { is_resumed = state ~= nil, state = state or { count = 0, position = 0 } }

  function kept.save()
    checkpoint.save(path, order, kept.state)
  end

  function kept.write(get_position, take)
    local format = format_of(name, options, kept.state.count)
    resumable.write {
      api = api,
      place = options.type,
      query = query_options.query(options),
      columns = columns_of(options, name),
      format = format,
      take = take,
      state = kept.state,
      keep = function(now)
        now.position, now.kept = get_position(), now.count
        kept.save()
      end,
    }
    if format then
      format.finish()
    end
  end

  return kept
end

--- Calls a function. If it raises after something was kept, says how to go on.
-- @param undo  function: called if it raises before
function kept_list.run(kept, fn, undo)
  local done, raised = pcall(fn)
  if not done then
    if not kept.state.kept then
      undo()
    else
      progress.hide()
      failure.note("%d resources are kept; run the same command again to go on", kept.state.kept)
    end
    error(raised, 0)
  end
end

return kept_list

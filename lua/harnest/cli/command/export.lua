--- harnest export TYPE FILE
--
-- The list goes to FILE.part, and after each page the checkpoint states how long that file is. At the
-- end FILE.part is renamed to FILE. A checkpoint with `is_complete` says that this is due.

local checkpoint = require "harnest.cli.checkpoint"
local failure = require "harnest.cli.failure"
local files = require "harnest.cli.files"
local kept_list = require "harnest.cli.kept_list"
local preview = require "harnest.cli.preview"
local writer = require "harnest.cli.writer"

local format_of_ending = { csv = "csv", tsv = "tsv", json = "json", ndjson = "ndjson", jsonl = "ndjson", ids = "ids" }

--- Opens FILE.part where the checkpoint says; from the beginning if that is not possible.
local function open_part(part, kept)
  local descriptor = files.open_at(part, kept.state.position)
  if not descriptor then
    failure.note("%s is shorter than its checkpoint says; the export starts anew", part)
    for name in pairs(kept.state) do
      kept.state[name] = nil
    end
    kept.state.count, kept.state.position = 0, 0
    descriptor = files.open_at(part, 0)
  end
  return descriptor
end

--- Writes the list to FILE.part, and marks the checkpoint as complete.
local function write_part(part, kept)
  local descriptor = open_part(part, kept)
  local position = kept.state.position
  local function take(block)
    files.write(descriptor, part, block)
    position = position + #block
  end
  writer.to(take)
  kept_list.run(kept, function()
    kept.write(function() return position end, take)
    writer.flush()
    files.sync(descriptor, part)
    kept.state.is_complete = true
    kept.save()
  end, function()
    writer.to(false)
    files.remove(part)
  end)
  writer.to(nil)
  files.close(descriptor)
end

return function(options)
  local name = options.output or format_of_ending[options.file:match "%.(%w+)$" or ""] or "ndjson"
  local path, part = options.checkpoint or options.file .. ".checkpoint", options.file .. ".part"
  if options.file == "-" or options.file:find "/$" then
    failure.usage('FILE: expected the name of a file, got "%s"; harnest list writes to standard output', options.file)
  end
  local kept = kept_list.new(options, name, path)
  if preview.is_on(options) then
    kept.write(function() return 0 end, function() end)
    return
  end
  if not kept.state.is_complete then
    write_part(part, kept)
  end
  if files.exists(part) then
    files.rename(part, options.file)
  end
  checkpoint.remove(path)
end

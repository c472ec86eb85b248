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

local BLOCK = 65536 -- bytes that are buffered
local format_of_ending = { csv = "csv", tsv = "tsv", json = "json", ndjson = "ndjson", jsonl = "ndjson", ids = "ids" }

--- Returns a sink for writer.to, and a function that returns the number of bytes that it has taken.
local function file_sink(descriptor, path, position)
  local parts, size, written = {}, 0, position

  local function flush()
    local text = table.concat(parts)
    parts, size = {}, 0
    files.write(descriptor, path, text)
    written = written + #text
  end

  local function write(...)
    for i = 1, select("#", ...) do
      local text = (select(i, ...))
      parts[#parts + 1], size = text, size + #text
    end
    if size >= BLOCK then
      flush()
    end
  end

  return { write = write, flush = flush }, function() return written end
end

--- Opens FILE.part where the checkpoint says; from the beginning if that is not possible.
local function open_part(part, kept)
  local descriptor = files.open_at(part, kept.state.position)
  if not descriptor then
    io.stderr:write(("harnest: %s is shorter than its checkpoint says; the export starts anew\n"):format(part))
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
  local sink, get_position = file_sink(descriptor, part, kept.state.position)
  writer.to(sink)
  kept_list.run(kept, function()
    kept.write(get_position)
    writer.flush()
    files.sync(descriptor, part)
    kept.state.is_complete = true
    kept.save()
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
    kept.write(function() return 0 end)
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

--- harnest export TYPE FILE
--
-- The list goes to FILE.part, and after each page the checkpoint states how long that file is. At the
-- end FILE.part is renamed to FILE. A checkpoint with `is_complete` says that this is due. If FILE is a
-- symbolic link, its target is replaced, and FILE.part is beside the target.

local checkpoint = require "harnest.cli.checkpoint"
local failure = require "harnest.cli.failure"
local file_format = require "harnest.cli.file_format"
local files = require "harnest.cli.files"
local kept_list = require "harnest.cli.kept_list"
local preview = require "harnest.cli.preview"
local writer = require "harnest.cli.writer"

local FORMATS = { "csv", "tsv", "json", "ndjson", "ids" }

local ELSEWHERE = "; write to standard output by harnest list TYPE >FILE"

--- Opens FILE.part where the checkpoint says; from the beginning if that is not possible. It has the
-- mode of FILE, if there is one.
local function open_part(part, kept, file)
  local descriptor = files.open_at(part, kept.state.position)
  if not descriptor then
    failure.note("%s is shorter than its checkpoint says; the export starts anew", part)
    for name in pairs(kept.state) do
      kept.state[name] = nil
    end
    kept.state.count, kept.state.position = 0, 0
    descriptor = files.open_at(part, 0)
  end
  files.copy_mode(descriptor, part, file)
  return descriptor
end

--- Writes the list to FILE.part, and marks the checkpoint as complete.
local function write_part(part, kept, file)
  local descriptor = open_part(part, kept, file)
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

--- Returns the paths of FILE and FILE.part. Raises a usage error if one of them is no regular file.
local function paths_of(options)
  if options.file == "-" or options.file:find "/$" then
    failure.usage('FILE: expected the name of a file, got "%s"%s', options.file, ELSEWHERE)
  end
  local file = files.regular(options.file, "FILE", ELSEWHERE)
  local part = file .. ".part"
  if files.regular(part, "FILE") ~= part then
    failure.usage("FILE: %s, which the export writes first, is a symbolic link; remove it", part)
  end
  return file, part
end

return function(options)
  local file, part = paths_of(options)
  local name = options.output or file_format.of(options.file, FORMATS, "-o")
  local path = checkpoint.path(options.checkpoint or options.file .. ".checkpoint")
  local kept = kept_list.new(options, name, path)
  if preview.is_on(options) then
    kept.write(function() return 0 end, function() end)
    return
  end
  if not kept.state.is_complete then
    write_part(part, kept, file)
  end
  if files.exists(part) then
    files.rename(part, file)
  end
  checkpoint.remove(path)
end

--- harnest list --checkpoint: a list to standard output that goes on where it was interrupted. If
-- standard output is a file, what came after the last checkpoint is cut off before it goes on. What
-- went into a pipe may come again, at most a page.

local uv = require "luv"
local checkpoint = require "harnest.cli.checkpoint"
local failure = require "harnest.cli.failure"
local kept_list = require "harnest.cli.kept_list"
local preview = require "harnest.cli.preview"
local writer = require "harnest.cli.writer"

local STDOUT = 1

--- Returns the size of the file that standard output is; nil if it is no file.
local function size_of_output()
  local status = uv.fs_fstat(STDOUT)
  return status and status.type == "file" and status.size or nil
end

--- Cuts off what the file has after the checkpoint.
local function cut(path, kept)
  local size = size_of_output()
  if not size then
    return
  elseif size < kept.state.position then
    failure.usage("option --checkpoint: %s says that the output has %d bytes, but it has %d; append to it by >>", path,
      kept.state.position, size)
  end
  local done, message = uv.fs_ftruncate(STDOUT, kept.state.position)
  if not done then
    error(failure.new("output", "cannot write the output: %s", message), 0)
  end
  io.stdout:seek "end"
end

--- Runs the command.
-- @param options  table: the parsed options
-- @param name     string: the format's name
return function(options, name)
  local path = checkpoint.path(options.checkpoint)
  local kept = kept_list.new(options, name, path)
  local function get_position()
    return size_of_output() or 0
  end
  if preview.is_on(options) then
    kept.write(get_position, function() end)
    return
  end
  if kept.is_resumed then
    cut(path, kept)
  end
  kept_list.run(kept, function()
    kept.write(get_position)
    writer.flush()
  end, function() end)
  checkpoint.remove(path)
end

--- Checkpoints of lists: a small JSON file that states how far a command has come. It names the
-- command, so that it is not used for another one. It has no secrets.

local harnest = require "harnest"
local failure = require "harnest.cli.failure"
local files = require "harnest.cli.files"

local checkpoint = {}

local VERSION = 1

--- Returns the path of a checkpoint, without symbolic links. Raises a usage error if there is something
-- else than a regular file.
function checkpoint.path(path)
  return files.regular(path, "option --checkpoint")
end

--- Returns what a command reads, as an array of texts "name=value" in a fixed order.
-- @param server   string: the base URL
-- @param options  table: the parsed options
-- @param names    array: the options that count
function checkpoint.order(server, options, names)
  local order = harnest.array { "server=" .. server }
  for _, name in ipairs(names) do
    local value = options[name]
    if type(value) == "table" then
      value = #value > 0 and table.concat(value, " ") or nil
    end
    order[#order + 1] = ("%s=%s"):format(name, value == nil and "" or tostring(value))
  end
  return order
end

--- Raises a usage error unless both orders are equal.
function checkpoint.check_order(path, old, new)
  for i = 1, math.max(#old, #new) do
    if old[i] ~= new[i] then
      failure.usage("option --checkpoint: %s is of another command: it has %s, this one has %s; remove it to start "
        .. "anew", path, old[i] or "less", new[i] or "less")
    end
  end
end

--- Reads a checkpoint.
-- @param path   string
-- @param order  as checkpoint.order returns it
-- @return the state that was saved; nil if there is no file
-- Raises a usage error if the file is no checkpoint, or of another command.
function checkpoint.read(path, order)
  local text = files.read(path)
  if not text then
    return nil
  end
  local contents = harnest.decode(text)
  if type(contents) ~= "table" or contents.harnest_checkpoint ~= VERSION or type(contents.order) ~= "table"
    or type(contents.state) ~= "table" then
    failure.usage("option --checkpoint: %s is no checkpoint of a list", path)
  end
  checkpoint.check_order(path, contents.order, order)
  return contents.state
end

--- Writes a checkpoint, whole or not at all.
-- @param state  table: what checkpoint.read shall return
function checkpoint.save(path, order, state)
  files.replace(path, harnest.encode { harnest_checkpoint = VERSION, order = order, state = state } .. "\n")
end

--- Removes a checkpoint.
checkpoint.remove = files.remove

return checkpoint

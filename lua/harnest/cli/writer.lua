--- Standard output. What cannot be written is an error; if the reader has gone, the command ends.

local writer = {}

local EPIPE = 32

--- Bytes of a block. POSIX writes up to 4096 bytes (PIPE_BUF of Linux) to a pipe as a whole or not at
-- all, so that a command that is killed leaves whole lines.
writer.BLOCK = 4096

local BLOCK = writer.BLOCK

--- What writer.write raises if the reader of a pipe has gone.
writer.READER_GONE = setmetatable({}, { __tostring = function() return "the reader of the output has gone" end })

local records, count, size = {}, 0, 0

--- Is called before each block, so that the progress on the same terminal can be removed.
writer.before = function() end

local function check(done, message, code)
  if done then
    return
  elseif code == EPIPE then
    error(writer.READER_GONE, 0)
  end
  error({ kind = "output", message = "cannot write the output: " .. tostring(message) }, 0)
end

local function to_standard_output(block)
  writer.before()
  check(io.stdout:write(block))
end

local take = to_standard_output

--- Chooses where records go, from what is buffered on.
-- @param chosen  function that takes a block of records, and raises if it cannot; nil for standard
--                output, false for nowhere
function writer.to(chosen)
  if chosen == false then
    chosen = function() end
  end
  take = chosen or to_standard_output
end

--- Writes text to standard output at once, whatever writer.to has chosen. Raises as writer.write does.
function writer.show(text)
  to_standard_output(text)
end

--- Prepares standard output.
function writer.open()
  io.stdout:setvbuf "no" -- blocks are made here
end

--- Writes a record, which ends with a line end: now, or with what follows it.
-- @param record  string
-- @param ...     strings that follow it in the record
-- Raises writer.READER_GONE, or an error object of kind "output".
function writer.write(record, ...)
  if ... then
    record = record .. table.concat { ... }
  end
  if size + #record > BLOCK then
    writer.flush()
  end
  records[count + 1] = record
  count, size = count + 1, size + #record
end

--- Writes what is buffered. Raises as writer.write does.
function writer.flush()
  if count == 0 then
    return
  end
  local block = table.concat(records, "", 1, count)
  count, size = 0, 0
  take(block)
end

return writer

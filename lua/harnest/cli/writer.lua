--- Standard output. What cannot be written is an error; if the reader has gone, the command ends.

local writer = {}

local EPIPE = 32

--- What writer.write raises if the reader of a pipe has gone.
writer.READER_GONE = setmetatable({}, { __tostring = function() return "the reader of the output has gone" end })

local function check(done, message, code)
  if done then
    return
  elseif code == EPIPE then
    error(writer.READER_GONE, 0)
  end
  error({ kind = "output", message = "cannot write the output: " .. tostring(message) }, 0)
end

--- Prepares standard output: it is written in blocks, until writer.flush.
function writer.open()
  io.stdout:setvbuf("full", 65536)
end

--- Writes texts.
-- Raises writer.READER_GONE, or an error object of kind "output".
function writer.write(...)
  check(io.stdout:write(...))
end

--- Writes what is buffered. Raises as writer.write does.
function writer.flush()
  check(io.stdout:flush())
end

return writer

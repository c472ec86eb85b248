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

local standard_output = {
  write = function(...)
    check(io.stdout:write(...))
  end,
  flush = function()
    check(io.stdout:flush())
  end,
}

local nowhere = { write = function() end, flush = function() end }

local sink = standard_output

--- Chooses where writer.write writes.
-- @param chosen  table of functions: write(...) and flush(), which raise what cannot be written;
--                nil for standard output, false for nowhere
function writer.to(chosen)
  if chosen == false then
    chosen = nowhere
  end
  sink = chosen or standard_output
end

--- Writes texts.
-- Raises writer.READER_GONE, or an error object of kind "output".
function writer.write(...)
  sink.write(...)
end

--- Writes what is buffered. Raises as writer.write does.
function writer.flush()
  sink.flush()
end

--- Writes texts to standard output at once, whatever writer.to has chosen. Raises as writer.write
-- does.
function writer.show(...)
  standard_output.write(...)
  standard_output.flush()
end

return writer

-- Files as text.

local text_file = {}

-- The text of a file; nil if there is none
function text_file.read(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read "*a"
  file:close()
  return text
end

-- Writes a file with this text; raises an error if it cannot
function text_file.write(path, text)
  local file = assert(io.open(path, "wb"))
  assert(file:write(text))
  assert(file:close())
end

-- The lines of a text, each of which has a line end
function text_file.lines(text)
  local lines = {}
  for line in text:gmatch "([^\n]*)\n" do lines[#lines + 1] = line end
  return lines
end

return text_file

--- Reads records of CSV (RFC 4180). A quote opens a quoted cell only at the beginning of a cell;
-- elsewhere it is text. A quoted cell may go on in the next line.

local csv_reader = {}

local QUOTE, COMMA = 34, 44

local methods = {}
local class = { __index = methods }

--- Goes to the next line of the same record. Returns false at the end of the file.
local function go_on(self)
  local line = self.next_line()
  if not line then
    return false
  end
  self.lines[#self.lines + 1] = line
  self.line, self.position = line, 1
  return true
end

--- Reads what follows the opening quote of a cell, up to the closing one.
-- @return the cell's text; nil if it has no end
local function quoted_cell(self)
  local parts = {}
  while true do
    local stop = self.line:find('"', self.position, true)
    if not stop then
      parts[#parts + 1] = self.line:sub(self.position) .. "\n"
      if not go_on(self) then
        return nil
      end
    elseif self.line:byte(stop + 1) == QUOTE then
      parts[#parts + 1] = self.line:sub(self.position, stop)
      self.position = stop + 2
    else
      parts[#parts + 1] = self.line:sub(self.position, stop - 1)
      self.position = stop + 1
      return table.concat(parts)
    end
  end
end

--- Reads a cell and the comma after it.
-- @return its text, whether it was quoted, and whether another cell follows; or nil and a message
local function read_cell(self)
  local is_quoted = self.line:byte(self.position) == QUOTE
  local text
  if is_quoted then
    self.position = self.position + 1
    text = quoted_cell(self)
    if not text then
      return nil, "a quoted cell without end"
    end
  else
    local stop = self.line:find(",", self.position, true) or #self.line + 1
    text, self.position = self.line:sub(self.position, stop - 1), stop
  end
  local separator = self.line:byte(self.position)
  if separator and separator ~= COMMA then
    return nil, ("a quoted cell is followed by %s, expected a comma"):format(
      self.line:match("^[%z\1-\127\194-\244][\128-\191]*", self.position) or "a byte that is no UTF-8")
  end
  self.position = self.position + 1
  return text, is_quoted, separator ~= nil
end

--- Reads the next record.
-- @return its text, the number of its first line, and its cells: {texts, quoted}, an array of strings
-- and a set of the indexes of quoted ones, or {problem = message}; nil at the end
function methods:next()
  local line, number = self.next_line()
  if not line then
    return nil
  end
  self.lines, self.line, self.position = { line }, line, 1
  local cells = { texts = {}, quoted = {} }
  local goes_on
  repeat
    local text, is_quoted
    text, is_quoted, goes_on = read_cell(self)
    if text then
      cells.texts[#cells.texts + 1] = text
      cells.quoted[#cells.texts] = is_quoted or nil
    else
      cells = { problem = is_quoted }
    end
  until not goes_on
  return table.concat(self.lines, "\n"), number, cells
end

--- Makes a reader.
-- @param next_line  function: returns the next line without its end, and its number; nil at the end
function csv_reader.new(next_line)
  return setmetatable({ next_line = next_line }, class)
end

return csv_reader

--- A table for people, as wide as the terminal. The widths of its columns are those of the first
-- rows; they change with the width of the terminal.

local harnest = require "harnest"
local cell = require "harnest.cli.cell"
local failure = require "harnest.cli.failure"
local terminal = require "harnest.cli.terminal"
local text_width = require "harnest.cli.text_width"
local writer = require "harnest.cli.writer"

local format_table = {}

local MEASURED = 200 -- rows that are read at most before the first is written
local GAP = "  "
local NARROWEST = 6 -- cells of a column that was made narrower
local DIM, BOLD, RESET = "\27[2m", "\27[1m", "\27[0m"
local NULL = "null"

--- Returns the least width of a column.
local function least_of(wanted, width)
  return math.min(wanted, NARROWEST, width)
end

--- Returns how many of the columns fit into `width` cells, and their widths.
-- @param wanted  array of the widths that they need
local function fit(wanted, width)
  local count, used, widths = 0, -#GAP, {}
  for i = 1, #wanted do
    local least = least_of(wanted[i], width)
    if i > 1 and used + #GAP + least > width then
      break
    end
    count, used = i, used + #GAP + least
  end
  local left = width - used
  for i = 1, count do
    local least = least_of(wanted[i], width)
    local share = i == count and left or math.floor(left / (count - i + 1))
    local more = math.max(0, math.min(wanted[i] - least, share))
    widths[i], left = least + more, left - more
  end
  for i = 1, count do -- what the later columns did not need
    local more = math.min(wanted[i] - widths[i], left)
    widths[i], left = widths[i] + more, left - more
  end
  return count, widths
end

--- Makes the functions of the format.
-- @param options  table: colour (boolean), null (text of null, "null" by default)
function format_table.new(options)
  local format, columns, buffered = {}, nil, {}
  local wanted, widths, shown, fitted_width
  local null = cell.plain(options.null or NULL)
  local mark = terminal.is_utf8() and "…" or "~" -- the end of a text that is cut, one cell

  local function write_cell(parts, text, width, is_last, style)
    local cells = text_width.of(text)
    if cells > width then
      text, cells = text_width.cut(text, width - 1)
      text, cells = text .. mark, cells + 1
    end
    local padding = is_last and "" or (" "):rep(width - cells) .. GAP
    parts[#parts + 1] = style and options.colour and text ~= "" and style .. text .. RESET .. padding or text .. padding
  end

  --- Fits the columns into the terminal if its width has changed.
  local function adjust()
    local width = terminal.width(1)
    if width ~= fitted_width then
      fitted_width = width
      shown, widths = fit(wanted, width)
    end
  end

  --- Writes a row of texts; false is null.
  local function write_row(texts, style)
    adjust()
    local parts = {}
    for i = 1, shown do
      local text = texts[i]
      write_cell(parts, text or null, widths[i], i == shown, text == false and DIM or style)
    end
    writer.write((table.concat(parts):gsub(" +$", "")), "\n")
  end

  --- Measures what is buffered, and writes it.
  local function write_buffered()
    wanted = {}
    for i = 1, #columns do
      wanted[i] = text_width.of(columns[i])
      for _, texts in ipairs(buffered) do
        wanted[i] = math.max(wanted[i], text_width.of(texts[i] or null))
      end
    end
    write_row(columns, BOLD)
    for _, texts in ipairs(buffered) do
      write_row(texts)
    end
    buffered = nil
  end

  function format.begin(names)
    columns = {}
    for i, name in ipairs(names) do
      columns[i] = cell.plain(name)
    end
  end

  --- Writes a row, whose values are in an array; nil is a missing value.
  function format.row(values)
    local texts = {}
    for i = 1, #columns do
      local value = values[i]
      if value == nil then
        texts[i] = ""
      elseif value == harnest.null then
        texts[i] = false
      else
        texts[i] = cell.plain(cell.text(value))
      end
    end
    if not buffered then
      write_row(texts)
      return
    end
    buffered[#buffered + 1] = texts
    if #buffered == MEASURED then
      write_buffered()
    end
  end

  --- Writes what came so far.
  function format.pause()
    if buffered and #buffered > 0 then
      write_buffered()
    end
    writer.flush()
  end

  function format.finish()
    if buffered then
      write_buffered()
    end
    writer.flush()
    if shown < #columns then
      failure.note("%d more columns do not fit: %s; --fields chooses columns", #columns - shown,
        table.concat(columns, ", ", shown + 1))
    end
  end

  return format
end

return format_table

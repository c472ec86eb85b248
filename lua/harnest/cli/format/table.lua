--- A table for people, as wide as the terminal. The widths of its columns are those of the first
-- rows.

local cell = require "harnest.cli.cell"
local terminal = require "harnest.cli.terminal"
local text_width = require "harnest.cli.text_width"
local writer = require "harnest.cli.writer"

local format_table = {}

local MEASURED = 200 -- rows that are read before the first is written
local GAP = "  "
local NARROWEST = 6 -- cells of a column that was made narrower
local DIM, BOLD, RESET = "\27[2m", "\27[1m", "\27[0m"
local CUT = "…"

--- Returns how many of the columns fit into `width` cells, and makes their widths fit.
local function fit(widths, width)
  local count, used = 0, -#GAP
  for i = 1, #widths do
    local least = math.min(widths[i], NARROWEST)
    if i > 1 and used + #GAP + least > width then
      break
    end
    count, used = i, used + #GAP + least
  end
  local left = width - used
  for i = 1, count do
    local least = math.min(widths[i], NARROWEST)
    local share = i == count and left or math.floor(left / (count - i + 1))
    local more = math.max(0, math.min(widths[i] - least, share))
    widths[i], left = least + more, left - more
  end
  -- what the later columns did not need
  return count, left
end

--- Gives cells that are left to the columns that lack some.
local function widen(widths, wanted, count, left)
  for i = 1, count do
    local more = math.min(wanted[i] - widths[i], left)
    widths[i], left = widths[i] + more, left - more
  end
end

--- Makes the functions of the format.
-- @param options  table: colour (boolean), null (text of null)
function format_table.new(options)
  local format, columns, buffered = {}, nil, {}
  local widths, shown

  local function write_cell(parts, text, width, is_last, style)
    local cells = text_width.of(text)
    if cells > width then
      text, cells = text_width.cut(text, width - 1)
      text, cells = text .. CUT, cells + 1
    end
    local padding = is_last and "" or (" "):rep(width - cells) .. GAP
    parts[#parts + 1] = style and options.colour and style .. text .. RESET .. padding or text .. padding
  end

  local function write_row(texts, style)
    local parts = {}
    for i = 1, shown do
      local text = texts[i]
      write_cell(parts, text or options.null or "", widths[i], i == shown, text == nil and DIM or style)
    end
    writer.write((table.concat(parts):gsub(" +$", "")), "\n")
  end

  --- Measures what is buffered, and writes it.
  local function write_buffered()
    local wanted, width = {}, terminal.width(1)
    for i = 1, #columns do
      wanted[i] = text_width.of(columns[i])
      for _, texts in ipairs(buffered) do
        wanted[i] = math.max(wanted[i], text_width.of(texts[i] or options.null or ""))
      end
    end
    widths = { (table.unpack or unpack)(wanted) }
    local left
    shown, left = fit(widths, width)
    widen(widths, wanted, shown, left)
    write_row(columns, BOLD)
    for _, texts in ipairs(buffered) do
      write_row(texts)
    end
    buffered = nil
    writer.flush()
  end

  function format.begin(names)
    columns = {}
    for i, name in ipairs(names) do
      columns[i] = cell.plain(name)
    end
  end

  --- Writes a row, whose values are in an array.
  function format.row(values)
    local texts = {}
    for i = 1, #columns do
      local text = cell.text(values[i])
      texts[i] = text and cell.plain(text)
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

  function format.finish()
    if buffered then
      write_buffered()
    end
    if shown < #columns then
      io.stderr:write(("harnest: %d more columns do not fit: %s; --fields chooses columns\n"):format(#columns - shown,
        table.concat(columns, ", ", shown + 1)))
    end
  end

  return format
end

return format_table

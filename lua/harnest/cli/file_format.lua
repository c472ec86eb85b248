--- The formats of files by the endings of their names.

local failure = require "harnest.cli.failure"

local file_format = {}

local format_of_ending = { csv = "csv", tsv = "tsv", json = "json", ndjson = "ndjson", jsonl = "ndjson", ids = "ids" }

--- Returns the endings of some formats as text, such as ".csv, .tsv".
local function endings_of(formats)
  local endings = {}
  for ending, format in pairs(format_of_ending) do
    for _, known in ipairs(formats) do
      endings[#endings + 1] = format == known and "." .. ending or nil
    end
  end
  table.sort(endings)
  return table.concat(endings, ", ")
end

--- Returns the format of a file: "ndjson" if its name has no ending. Case does not count.
-- @param path     string
-- @param formats  array of strings: those that the command has
-- @param option   string: the option that states the format, for messages
-- Raises a usage error for another ending.
function file_format.of(path, formats, option)
  local ending = path:match "[^/]%.([^./]+)$"
  if not ending then
    return "ndjson"
  end
  local format = format_of_ending[ending:lower()]
  for _, known in ipairs(formats) do
    if format == known then
      return format
    end
  end
  failure.usage("FILE: expected a name with one of the endings %s, or option %s, got .%s", endings_of(formats), option,
    ending)
end

return file_format

--- harnest request METHOD PATH

local failure = require "harnest.cli.failure"
local fields = require "harnest.cli.fields"
local input = require "harnest.cli.input"
local query_options = require "harnest.cli.query_options"
local settings = require "harnest.cli.settings"
local single = require "harnest.cli.single"
local write_result = require "harnest.cli.write_result"
local writer = require "harnest.cli.writer"

local READS = { GET = true, HEAD = true, OPTIONS = true }

--- Returns the document that the option -d names: JSON, "@FILE", "@-" or "-".
local function body_of(text)
  if text == "-" or text:sub(1, 1) == "@" then
    text = input.text(text == "-" and text or text:sub(2), "option -d")
  end
  local body = fields.json(text, "option -d")
  if type(body) ~= "table" then
    failure.usage("option -d: expected a JSON object, got %s", text)
  end
  return body
end

--- Returns the headers that the options -H name.
local function headers_of(texts)
  local headers = {}
  for _, text in ipairs(texts) do
    local name, value = text:match "^([^:%s]+):%s*(.-)%s*$"
    if not name then
      failure.usage('option -H: expected NAME:VALUE, got "%s"', text)
    end
    headers[name] = value
  end
  return headers
end

--- Writes the response.
local function write(document, options)
  if options.output == "raw" then
    writer.write(document)
  elseif document ~= true then
    single.json(document, options)
  end
end

return function(options)
  local method = options.method:upper()
  local document, info = settings.client(options):request {
    method = method,
    path = options.path,
    query = query_options.query { param = options.param },
    body = options.data and body_of(options.data),
    headers = headers_of(options.header),
    raw = options.output == "raw" or nil,
  }
  if not document then
    error(info, 0)
  elseif READS[method] then
    write(document, options)
  else
    write_result.output(("%s %s was done"):format(method, options.path), function() write(document, options) end)
  end
end

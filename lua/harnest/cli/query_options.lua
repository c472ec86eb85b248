--- The query of a command from its options.

local failure = require "harnest.cli.failure"

local query_options = {}

--- Splits a text at each comma.
local function split(text)
  local parts = {}
  for part in (text .. ","):gmatch "([^,]*)," do
    parts[#parts + 1] = part
  end
  return parts
end

--- Splits "name=value".
-- @param option  the option's name, for the message
local function pair(option, text)
  local name, value = text:match "^([^=]+)=(.*)$"
  if not name then
    failure.usage('option %s: expected NAME=VALUE, got "%s"', option, text)
  end
  return name, value
end

--- Sets a member of nested tables: "owner.team" is `query.owner.team`.
local function set_nested(root, path, value)
  local target, last = root, nil
  for name in path:gmatch "[^.]+" do
    if last then
      if type(target[last]) ~= "table" then
        target[last] = {}
      end
      target = target[last]
    end
    last = name
  end
  if not last then
    failure.usage('option --filter: expected NAME=VALUE, got "%s"', path)
  end
  target[last] = value
end

local function filter_of(texts)
  if #texts == 0 then
    return nil
  end
  local filter = {}
  for _, text in ipairs(texts) do
    local path, value = pair("--filter", text)
    set_nested(filter, path, value)
  end
  return filter
end

local function params_of(texts)
  if #texts == 0 then
    return nil
  end
  local params = {}
  for _, text in ipairs(texts) do
    local name, value = pair("--param", text)
    params[name] = value
  end
  return params
end

--- Returns the columns that the option --fields names; nil without it.
function query_options.columns(options)
  return options.fields and split(options.fields) or nil
end

--- Returns a query for the methods of a client.
-- @param options  table: the parsed options
function query_options.query(options)
  return {
    filter = filter_of(options.filter or {}),
    sort = options.sort and split(options.sort),
    include = options.include and split(options.include),
    limit = options.limit,
    page = options.page_size and { size = options.page_size },
    concurrency = options.concurrency,
    exact = options.exact or nil,
    params = params_of(options.param or {}),
    after = options.cursor,
  }
end

return query_options

-- Parses a query string into {include, fields, filter, sort, page, others}. Unknown parameters are
-- an error.

local problem = require "sandbox.problem"

local query = {}

local families = { include = 0, sort = 0, fields = 1, filter = 9, page = 1 } -- maximum depth of brackets by name

function query.unescape(text)
  return (text:gsub("%+", " "):gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

function query.escape(text)
  return (tostring(text):gsub("[^%w%-%._~]", function(byte) return ("%%%02X"):format(byte:byte()) end))
end

-- Splits "a,b" into {"a", "b"}. An empty text gives an empty list.
function query.split(text)
  local list = {}
  if text ~= "" then
    for item in (text .. ","):gmatch("(.-),") do list[#list + 1] = item end
  end
  return list
end

-- Returns the decoded parameters in order, as an array of {name, value}.
function query.pairs(text)
  local list = {}
  for piece in (text or ""):gmatch("[^&]+") do
    local name, value = piece:match("^(.-)=(.*)$")
    list[#list + 1] = { query.unescape(name or piece), query.unescape(value or "") }
  end
  return list
end

local function brackets(name)
  local family, rest = name:match("^([^%[%]]+)(.*)$")
  if not family then return nil end
  local path = {}
  rest = rest:gsub("%[([^%[%]]*)%]", function(key)
    path[#path + 1] = key
    return ""
  end)
  if rest ~= "" then return nil end
  return family, path
end

local function put(tree, path, value)
  for i = 1, #path - 1 do
    if type(tree[path[i]]) ~= "table" then tree[path[i]] = {} end
    tree = tree[path[i]]
  end
  tree[path[#path]] = value
end

-- Parses a query string. `known` is the set of allowed names outside JSON:API's families, such as
-- "per_page" of a paginator.
function query.parse(text, known)
  local parsed = { fields = {}, filter = {}, page = {}, others = {} }
  for _, parameter in ipairs(query.pairs(text)) do
    local name, value = parameter[1], parameter[2]
    local family, path = brackets(name)
    local depth = family and families[family]
    if known[name] then
      parsed.others[name] = value
    elseif depth == 0 and #path == 0 then
      parsed[family] = query.split(value)
    elseif depth and depth > 0 and #path > 0 and #path <= depth then
      put(parsed[family], path, value)
    elseif depth or not family or not family:find("[^a-z]") then
      problem.parameter(name, "unknown parameter: " .. name)
    end
  end
  return parsed
end

return query

-- The Lua side of url_fuzz.c: targets with clients of any base URL, and queries encoded and read
-- back.

local core = require "harnest.core"

-- ------------------------------------------------------------------ bytes into a query

local function take(input)
  input.at = input.at + 1
  return input.bytes:byte(input.at - 1) or 0
end

local function text(input)
  local length = take(input) % 12
  local taken = input.bytes:sub(input.at, input.at + length - 1)
  input.at = input.at + length
  return taken
end

local function number(input)
  local kind = take(input) % 3
  if kind == 0 then
    return take(input)
  end
  local bytes = input.bytes:sub(input.at, input.at + 7)
  input.at = input.at + 8
  if #bytes < 8 then
    return 0.5
  end
  return kind == 1 and ("<i8"):unpack(bytes) or ("<d"):unpack(bytes)
end

local function scalar(input)
  local kind = take(input) % 8
  if kind < 4 then
    return text(input)
  elseif kind < 6 then
    return number(input)
  end
  return kind == 6
end

local function array(input, item)
  local items = {}
  for i = 1, take(input) % 5 do
    items[i] = item(input)
  end
  return items
end

local function record(input, value, depth)
  local members = {}
  for _ = 1, take(input) % 5 do
    members[text(input)] = value(input, depth + 1)
  end
  return members
end

local function value(input, depth)
  local kind = take(input) % 8
  if kind == 0 and depth < 20 then
    return record(input, value, depth)
  elseif kind == 1 then
    return array(input, scalar)
  end
  return scalar(input)
end

local function words(input)
  return take(input) % 2 == 0 and text(input) or array(input, text)
end

local families = {
  function(query, input) query.filter = record(input, value, 0) end,
  function(query, input) query.params = record(input, value, 0) end,
  function(query, input) query.fields = record(input, words, 0) end,
  function(query, input) query.page = record(input, scalar, 0) end,
  function(query, input) query.sort = words(input) end,
  function(query, input) query.include = words(input) end,
  function(query, input) query[text(input)] = value(input, 0) end,
}

local function make_query(input)
  local query = {}
  for _ = 1, take(input) % 6 do
    families[take(input) % #families + 1](query, input)
  end
  return query
end

-- ------------------------------------------------------------------ what must be in the URL

local function shown(item)
  if math.type(item) == "float" then
    return item -- compared as a number
  end
  return tostring(item)
end

local function flatten(pairs_of, name, item)
  if type(item) ~= "table" then
    pairs_of[name] = shown(item)
  elseif next(item) == nil then
    pairs_of[name] = ""
  elseif item[1] ~= nil then
    local list, has_float = {}, false
    for i, one in ipairs(item) do
      list[i] = tostring(one)
      has_float = has_float or math.type(one) == "float"
    end
    pairs_of[name] = has_float and true or table.concat(list, ",") -- true: anything
  else
    for key, inner in pairs(item) do
      flatten(pairs_of, name == "" and key or name .. "[" .. key .. "]", inner)
    end
  end
end

local function expected_of(query)
  local expected = {}
  for _, family in ipairs { "filter", "fields", "page" } do
    if query[family] and next(query[family]) ~= nil then
      flatten(expected, family, query[family])
    end
  end
  for _, family in ipairs { "include", "sort" } do
    local names = query[family]
    if names and (family == "include" or #names > 0) then
      flatten(expected, family, names)
    end
  end
  return expected
end

local function unescape(piece)
  return (piece:gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

local function parse(written)
  local found = {}
  for pair in written:gmatch "[^&]+" do
    local name, item = pair:match "^([^=]*)=(.*)$"
    assert(name, written)
    assert(not pair:find "[^%w%-%._~%%=,]", written)
    found[#found + 1] = { unescape(name), unescape(item) }
  end
  return found
end

local function check_query(query)
  local fine, written, refused = pcall(core.encode_query, query, "jsonapi")
  if not fine then
    assert(type(written) == "string" and written ~= "", written)
    return false
  end
  assert(written, refused)
  local expected, params = expected_of(query), {}
  flatten(params, "", query.params or {})
  local has_params = query.params and next(query.params) ~= nil
  for _, pair in ipairs(parse(written)) do
    local name, item = pair[1], pair[2]
    local wanted = expected[name]
    if has_params and params[name] ~= nil and (wanted == nil or tostring(wanted) ~= item) then
      wanted = params[name]
    end
    assert(wanted ~= nil, name)
    if type(wanted) == "number" then
      assert(tonumber(item) == wanted, item)
    elseif wanted ~= true then
      assert(item == wanted, item)
    end
    expected[name] = nil
  end
  assert(next(expected) == nil, next(expected))
  return true
end

-- ------------------------------------------------------------------ targets

local function check_target(base, target, segment, query)
  local made, client = pcall(core.client, { url = base, token = "secret-of-the-client" })
  if not made then
    assert(type(client) == "string" and client ~= "", client)
    return
  end
  core.is_under_base(client, target)
  for _, segments in ipairs { {}, { segment }, { 7, segment } } do
    local fine, url, reason = pcall(core.url, client, query, "get: type", target, table.unpack(segments))
    if not fine then
      assert(type(url) == "string", url)
    elseif url then
      assert(url:lower():find "^https?://[^/?]", url)
    else
      assert(type(reason) == "string", reason)
    end
  end
  local fine, url = pcall(core.url, client, {}, "get: type", { href = target })
  assert(fine or type(url) == "string")
  client:close()
end

return function(base, target, segment, bytes)
  local query = make_query { bytes = bytes, at = 1 }
  local good = check_query(query)
  if good then
    core.query(query, { filter = { more = 1 } }, query)
  end
  check_target(base, target, segment, good and query or {})
end

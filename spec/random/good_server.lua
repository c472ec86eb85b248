-- The server that behaves, for the raw server (rawserver.lua, `by`): each answer is determined by its
-- request, so that a client can tell whether it got its own. Ids are of letters, digits, "-" and ".".
--   /things/ID                     a resource, with /owner, /none, /parts and /relationships/parts
--   /lists/ID/TOTAL/SIZE/SHAPE     a list of the resources ID.1 … ID.TOTAL
--   /jobs/ID, /operations, /custom/ID, /moved/ID, /errors/ID/STATUS
--   /thefts                        the number of requests for the resource "stolen", to which the bad
--                                  server redirects
-- A body's `echo` comes back; its `want` chooses the kind of answer. A write that arrives twice gets
-- status 500.

local dice = require "spec.support.dice"

local SEED = tonumber(os.getenv "RANDOM_SEED") or 1

local reasons = { [200] = "OK", [201] = "Created", [202] = "Accepted", [204] = "No Content", [303] = "See Other" }
local written = {} -- writes that came, by method, path and echo
local polls = {} -- number of polls of each job
local thefts = 0

local function unescape(text)
  return (text:gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

local function parse(path)
  local place, query = path:match "^([^?]*)%??(.*)$"
  local parameters = {}
  for pair in query:gmatch "[^&]+" do -- not both in one pattern, which is slow for long texts without "="
    local name, value = pair:match "^([^=]*)=(.*)$"
    if name then parameters[unescape(name)] = unescape(value) end
  end
  local segments = {}
  for segment in place:gmatch "[^/]+" do segments[#segments + 1] = unescape(segment) end
  return segments, parameters, place
end

local function identifier(type, id)
  return ('{"type":"%s","id":"%s"}'):format(type, id)
end

-- `echo` is an attribute, which the client compares
local function resource(type, id, echo)
  return ('{"type":"%s","id":"%s","attributes":{"echo":"%s","list":[1,2.5,null,{}],"text":"\\u00e9 %s"},'
    .. '"relationships":{"owner":{"data":%s,"links":{"related":"/%s/%s/owner"}},"parts":{"links":{'
    .. '"self":"/%s/%s/relationships/parts","related":"/%s/%s/parts"}}},"links":{"self":"/%s/%s"}}')
    :format(type, id, echo or id, id, identifier("people", id .. ".o"), type, id, type, id, type, id, type, id)
end

local function document(data, more)
  return '{"data":' .. data .. (more or "") .. "}"
end

-- The number of a resource's parts, from 0 to 5
local function parts_of(id)
  return dice(1, id)(6) - 1
end

local function items(make, id, from, to)
  local list = {}
  for i = from, to do list[#list + 1] = make("things", ("%s.%d"):format(id, i)) end
  return "[" .. table.concat(list, ",") .. "]"
end

-- Returns a parameter's whole number from 1 to 1000; `default` if there is none. The bad server changes links.
local function positive(parameters, name, default)
  local digits = (parameters[name] or ""):match "%d+"
  return digits and math.max(1, math.min(tonumber(digits), 1000)) or default
end

-- A page of a list: what the server states of the next page depends on the shape
local function page(make, place, parameters, id, total, size, shape)
  total, size = math.min(total, 1000), positive(parameters, "page[size]", size)
  local number = positive(parameters, "page[number]", positive(parameters, "page[cursor]", 1))
  local from, to = (number - 1) * size + 1, math.min(number * size, total)
  local data, last = items(make, id, from, to), math.max(1, math.ceil(total / size))
  local function link(n)
    return ('"%s?page%%5Bnumber%%5D=%d&page%%5Bsize%%5D=%d"'):format(place, n, size)
  end
  local following = number < last and number + 1
  if shape == "links" then
    local next_link = following and link(following) or "null"
    return document(data, (',"links":{"next":%s,"last":%s}'):format(next_link, link(last)))
  elseif shape == "numbers" then
    return document(data, (',"meta":{"current_page":%d,"last_page":%d,"total":%d}'):format(number, last, total))
  elseif shape == "cursor" then
    return document(data, (',"meta":{"next_cursor":%s}'):format(following and ('"c%d"'):format(following) or "null"))
  elseif shape == "header" then
    return document(data), following and ('<%s>; rel="next"'):format(link(following):sub(2, -2)) or nil
  end
  return document(data, ',"meta":{"total":' .. total .. "}") -- the client counts the pages
end

local function error_document(status, detail)
  return status, ('{"errors":[{"status":"%d","title":"made","detail":"%s"}]}'):format(status, detail)
end

local function ids_of(body)
  local list = {}
  for id in body:gmatch '"id":"([^"]*)"' do list[#list + 1] = identifier("things", id) end
  return "[" .. table.concat(list, ",") .. "]"
end

local function is_repeated(request, echo)
  local key = request.method .. request.path .. (echo or "")
  local repeated = written[key]
  written[key] = true
  return repeated
end

-- The answer to a creation, an update or a deletion, as its `want` asks
local function write(request, id, echo, want)
  if want == "empty" then return 204, "" end
  if want == "job" then
    local place = "/jobs/" .. id .. "/" .. echo
    return 202, '{"meta":{"of":"' .. id .. '"}}', { ["Content-Location"] = place, ["Retry-After"] = "0" }
  end
  if want == "meta" and request.method ~= "POST" then return 200, '{"meta":{"echo":"' .. echo .. '"}}' end
  local status = request.method == "POST" and 201 or 200
  return status, document(resource("things", id, echo)), { Location = status == 201 and "/things/" .. id or nil }
end

local function job(id, echo)
  local key = id .. "/" .. echo
  polls[key] = (polls[key] or 0) + 1
  if polls[key] > dice(2, key)(2) then return 303, "", { Location = "/things/" .. id .. "?echo=" .. echo } end
  return 200, '{"meta":{"of":"' .. id .. '"}}', { ["Retry-After"] = "0" }
end

local function operations(body)
  local list = {}
  for echo in body:gmatch '"echo":"([^"]*)"' do
    list[#list + 1] = document(resource("things", echo, echo))
  end
  return 200, '{"atomic:results":[' .. table.concat(list, ",") .. "]}",
    { ["Content-Type"] = 'application/vnd.api+json; ext="https://jsonapi.org/ext/atomic"' }
end

local function thing(request, segments, parameters, place, echo, want)
  local id, third = segments[2], segments[3]
  if request.method ~= "GET" and not third then return write(request, id, echo or id, want) end
  if not third then
    local included = parameters.include and ',"included":[' .. resource("people", id .. ".o") .. "]" or ""
    return 200, document(resource("things", id, parameters.echo), included), { ETag = '"' .. id .. '"' }
  elseif third == "owner" then
    return 200, document(resource("people", id .. ".o"))
  elseif third == "none" then
    return 200, document "null"
  elseif third == "parts" then
    return 200, (page(resource, place, parameters, id, parts_of(id), 2, "links"))
  elseif request.method == "GET" then
    return 200, (page(identifier, place, parameters, id, parts_of(id), 2, "links"))
  end
  return 200, document(ids_of(request.body))
end

local function answer(request)
  local segments, parameters, place = parse(request.path)
  local first, id = segments[1], segments[2]
  local echo, want = request.body:match '"echo":"([^"]*)"', request.body:match '"want":"([^"]*)"'
  if request.method ~= "GET" and is_repeated(request, echo) then return error_document(500, "done twice") end
  if id == "stolen" then thefts = thefts + 1 end
  if first == "thefts" then return 200, '{"meta":{"count":' .. thefts .. "}}" end
  if first == "things" and id then return thing(request, segments, parameters, place, echo, want) end
  if first == "things" and request.method == "POST" then return write(request, echo, echo, want) end
  if first == "lists" and segments[5] then
    local total, size = tonumber(segments[3]) or 0, tonumber(segments[4]) or 1
    local body, link = page(resource, place, parameters, id, total, size, segments[5])
    return 200, body, { Link = link }
  end
  if first == "jobs" and segments[3] then return job(id, segments[3]) end
  if first == "operations" then return operations(request.body) end
  if first == "moved" and id then return 302, "", { Location = "/things/" .. id } end
  if first == "errors" and segments[3] then return error_document(tonumber(segments[3]), id) end
  if first == "custom" and id then
    return 200, ('{"meta":{"echo":"%s","method":"%s"}}'):format(echo or id, request.method)
  end
  return error_document(404, "no such place")
end

local function chunked(body, roll)
  local parts, at = {}, 1
  while at <= #body do
    local size = math.min(roll(400), #body - at + 1)
    parts[#parts + 1] = ("%x\r\n%s\r\n"):format(size, body:sub(at, at + size - 1))
    at = at + size
  end
  return table.concat(parts) .. "0\r\n\r\n"
end

-- The bytes of an answer, with the length or in chunks
local function bytes_of(roll, status, body, headers)
  local lines = { ("HTTP/1.1 %d %s"):format(status, reasons[status] or "Status") }
  local all = { ["Content-Type"] = body ~= "" and "application/vnd.api+json" or nil }
  for name, value in pairs(headers or {}) do all[name] = value end
  local in_chunks = status ~= 204 and roll(4) == 1
  if in_chunks then all["Transfer-Encoding"] = "chunked" elseif status ~= 204 then all["Content-Length"] = #body end
  for name, value in pairs(all) do lines[#lines + 1] = name .. ": " .. value end
  return table.concat(lines, "\r\n") .. "\r\n\r\n" .. (in_chunks and chunked(body, roll) or body)
end

-- Returns the actions: the answer at once, late, or in two parts
return function(request)
  local roll = dice(SEED, request.method, request.path, request.body)
  local bytes = bytes_of(roll, answer(request))
  local way = roll(6)
  if way == 1 then return { { sleep = roll(20) / 1000 }, bytes } end
  if way == 2 then
    local cut = roll(#bytes)
    return { bytes:sub(1, cut), { sleep = roll(5) / 1000 }, bytes:sub(cut + 1) }
  end
  return { bytes }
end

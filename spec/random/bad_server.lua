-- The server that misbehaves, for the raw server (rawserver.lua, `by`). What it sends is determined by
-- the seed, the request and how often that came.

local dice = require "spec.support.dice"
local random_json = require "spec.support.random_json"
local good = dofile "spec/random/good_server.lua"

local SEED = tonumber(os.getenv "RANDOM_SEED") or 1
local unpack = table.unpack or unpack
local CRLF = "\r\n"

local times = {} -- how often each request came

-- Returns the bytes of a response whose Content-Length is right
local function response(status, headers, body)
  local lines = { "HTTP/1.1 " .. status .. " Bad" }
  for i = 1, #headers do lines[#lines + 1] = headers[i] end
  lines[#lines + 1] = "Content-Length: " .. #body
  return table.concat(lines, CRLF) .. CRLF .. CRLF .. body
end

local JSON_API = "Content-Type: application/vnd.api+json"

local function random_bytes(roll, count)
  local bytes = {}
  for i = 1, count do bytes[i] = string.char(roll(256) - 1) end
  return table.concat(bytes)
end

-- The bytes that the good server would send
local function right_bytes(request)
  local parts = {}
  for _, action in ipairs(good(request)) do
    if type(action) == "string" then parts[#parts + 1] = action end
  end
  return table.concat(parts)
end

local pieces = { "\0", CRLF, '"', "{", "]", "99999999999", "\255", "-", "null" }

-- Changes, removes, repeats or inserts bytes at some places
local function mutated(roll, bytes)
  for _ = 1, roll(4) do
    local at, length = roll(#bytes + 1), roll(8)
    local before, after = bytes:sub(1, at - 1), bytes:sub(at)
    local way = roll(4)
    if way == 1 then bytes = before .. random_bytes(roll, length) .. after:sub(length + 1) end
    if way == 2 then bytes = before .. after:sub(length + 1) end
    if way == 3 then bytes = before .. after:sub(1, length * 10) .. after end
    if way == 4 then bytes = before .. pieces[roll(#pieces)] .. after end
  end
  return bytes
end

local statuses = {
  100, 101, 103, 200, 201, 202, 204, 206, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 407, 408, 409, 412, 416,
  421, 422, 429, 500, 502, 503, 504,
}

local function random_status(roll)
  if roll(3) == 1 then return roll(1000) - 1 end
  return statuses[roll(#statuses)]
end

local values = {
  "0", "-1", "1", "", "99999999999999999999", "1e9", "a, b", "Thu, 01 Jan 1970 00:00:00 GMT", "\"x", "W/\"\"", "*",
  "</a>; rel=next", "<>; rel=\"next\"", "</lists/x/9/2/links>; rel=\"next\"", "max-age=1, no-store", "0-1/99",
  "items */0", "\255", "http://", "//", "?", "/things/x", "r=0;t=1", "limit=5, remaining=0, reset=0", "gzip, br",
  "chunked, chunked", "bytes",
}
local names = {
  "Location", "Content-Location", "Retry-After", "RateLimit", "RateLimit-Reset", "RateLimit-Remaining",
  "X-RateLimit-Reset", "Link", "ETag", "Last-Modified", "Cache-Control", "Expires", "Age", "Date", "Vary",
  "Content-Range", "X-Total-Count", "X-Next-Page", "Set-Cookie", "Content-Encoding", "Transfer-Encoding",
  "Content-Length", "Connection", "Keep-Alive", "Content-Type", "WWW-Authenticate", "Trailer", "Upgrade", "Alt-Svc",
  "X-Request-Id", "",
}

local function random_headers(roll, count)
  local headers = {}
  for i = 1, count do headers[i] = names[roll(#names)] .. ": " .. values[roll(#values)] end
  return headers
end

local function redirect(roll, location)
  return response(({ 301, 302, 303, 307, 308 })[roll(5)], { "Location: " .. location }, "")
end

-- A page that states a next one, for ever
local function endless(roll, request)
  local place, count = request.path:match "^[^?]*", roll(1000000)
  local data = ({
    "[]", '[{"type":"t","id":"' .. count .. '"}]', '[{"type":"t","id":"1"}]', '[{"type":"t"},{"type":"t"}]', "null",
    '{"0":{"type":"t","id":"1"}}',
  })[roll(6)]
  local following = ({
    ('{"next":"%s?page=%d"}'):format(place, count), ('{"next":"%s"}'):format(request.path),
    '{"next":{"href":"?x=' .. count .. '"}}', '{"next":false}', "[]",
  })[roll(5)]
  local meta = ({
    "{}", '{"total":5}', '{"next_cursor":"c' .. count .. '"}', '{"current_page":1,"last_page":9007199254740993}',
    '{"pagination":{"has_more":true}}', "7",
  })[roll(6)]
  return response(200, { JSON_API }, ('{"data":%s,"links":%s,"meta":%s}'):format(data, following, meta))
end

-- Documents that are not JSON:API, or not JSON
local function odd_document(roll)
  local way = roll(7)
  if way == 1 then return random_json(roll(1000000))() end
  if way == 2 then return '{"data":' .. random_json(roll(1000000))() .. "}" end
  if way == 3 then return ("["):rep(roll(3000)) end
  if way == 4 then return '{"data":{"type":"t","id":"1","attributes":{"a":"\255\\ud800"}}}' end
  if way == 5 then return '{"errors":' .. random_json(roll(1000000))() .. "}" end
  if way == 6 then
    local one = '{"type":"t","id":"1","relationships":{"r":{"data":{"type":"t","id":"1"}}}},'
    return '{"data":[' .. one:rep(roll(50)) .. "1]}"
  end
  return random_bytes(roll, roll(500))
end

local TLS_ALERT = "\21\3\1\0\2\2\40"

local protocols = {
  "HTTP/0.9 200\r\n\r\n{}", "HTTP/2 200 OK\r\n\r\n{}", TLS_ALERT, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  "SSH-2.0-x\r\n", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n", "{}",
}

local chunks = {
  "zz\r\n", "5\r\n{}", "ffffffffffffffff\r\n{}", "2\r\n{}\r\n0\r\nX-Trailer: 1\r\n", "-1\r\n",
  "2;x=y\r\n{}\r\n0\r\n\r\n",
}

-- Each returns the actions for a request.
local ways = {
  function(roll) return { random_bytes(roll, roll(3000)), { close = true } } end,
  function(roll, request) return { mutated(roll, right_bytes(request)), roll(2) == 1 and { close = true } or "" } end,
  function(roll, request) return { mutated(roll, right_bytes(request)), { close = true } } end,
  function(roll, request) -- cut
    local bytes = right_bytes(request)
    return { bytes:sub(1, roll(#bytes) - 1), roll(2) == 1 and { close = true } or { reset = true } }
  end,
  function(roll) -- a long status line or header field
    local long = ("x"):rep(roll(2) == 1 and 200000 or 20000)
    if roll(2) == 1 then return { "HTTP/1.1 200 " .. long .. CRLF .. CRLF, { close = true } } end
    return { response(200, { "X-Long: " .. long }, "{}") }
  end,
  function(roll) return { response(random_status(roll), random_headers(roll, 2000), "{}") } end,
  function(roll, request) -- slow, byte by byte
    return { { drip = { right_bytes(request):sub(1, 60 + roll(100)), 0.002 } }, { close = true } }
  end,
  function() return { { stall = true } } end,
  function(roll, request) -- a wrong length
    local bytes = right_bytes(request):gsub("Content%-Length: (%d+)", function(length)
      return "Content-Length: " .. ({ length + roll(100), length - 1, "-1", "x", "99999999999999999999" })[roll(5)]
    end)
    return { bytes, roll(3) > 1 and { close = true } or { stall = true } }
  end,
  function() return { { reset = true } } end,
  function() return { { close = true } } end,
  function(roll, request)
    local good_url = request.headers["x-good"] or "" -- clients tell it
    return { redirect(roll, ({
      request.path, "/r" .. roll(1000000), good_url .. "/things/stolen", "", "http://", "//[", "\255",
      "https://127.0.0.1:1/", "file:///etc/passwd", "?" .. ("x"):rep(100000),
    })[roll(10)]) }
  end,
  function(roll, request) return { endless(roll, request) } end,
  function(roll, request) return { endless(roll, request) } end,
  function(roll) -- compressed data that is not
    local coding = ({ "gzip", "deflate", "br", "zstd", "gzip, gzip", "none" })[roll(6)]
    local bytes = ({ random_bytes(roll, 300), "\31\139\8\0\0\0\0\0\0\3" .. random_bytes(roll, 300), "" })[roll(3)]
    return { response(200, { JSON_API, "Content-Encoding: " .. coding }, bytes) }
  end,
  function(roll) return { response(200, { JSON_API }, odd_document(roll)) } end,
  function(roll)
    return { response(random_status(roll), { JSON_API, unpack(random_headers(roll, roll(4))) }, odd_document(roll)) }
  end,
  function(roll)
    return { response(random_status(roll), random_headers(roll, roll(6)), '{"errors":[{"detail":"x"}]}') }
  end,
  function(roll)
    return { ("HTTP/1.1 100 Continue\r\n\r\n"):rep(roll(50)), roll(2) == 1 and { stall = true } or { close = true } }
  end,
  function(roll) return { protocols[roll(#protocols)], { close = true } } end,
  function(roll)
    local head = "HTTP/1.1 200 OK\r\n" .. JSON_API .. CRLF .. "Transfer-Encoding: chunked\r\n\r\n"
    return { head, chunks[roll(#chunks)], { close = true } }
  end,
  function(roll) -- answers to requests that nobody sent
    local extra = response(roll(2) == 1 and 200 or 500, {}, "extra")
    return { response(200, { JSON_API }, "{}") .. extra:rep(roll(3)) }
  end,
  function(roll) -- more than any limit
    local flood = { ("[1],"):rep(2000 * roll(4)), 0.1 }
    return { "HTTP/1.1 200 OK\r\n" .. JSON_API .. CRLF .. CRLF, { flood = flood }, { close = true } }
  end,
  function(roll) -- jobs
    local again = ({ "0", "-1", "x", "9e9" })[roll(4)]
    return { response(202, { "Content-Location: " .. values[roll(#values)], "Retry-After: " .. again }, "") }
  end,
  function(roll)
    local again = ({ "0", "0.01", "99999" })[roll(3)]
    return { response(roll(2) == 1 and 503 or 429, { "Retry-After: " .. again }, "") }
  end,
  function(_, request) return { right_bytes(request) } end,
  function(_, request) return { right_bytes(request) } end,
  function(_, request) return { right_bytes(request) } end,
}

return function(request)
  local key = request.method .. " " .. request.path
  times[key] = (times[key] or 0) + 1
  local roll = dice(SEED, key, times[key])
  return ways[roll(#ways)](roll, request)
end

--- The hand-written loop that the benchmarks compare harnest with: pages by lua-cjson and an HTTP
-- binding. The binding is lcurl of Lua-cURL 3 if it is on the path; else luacurl (Debian's package
-- lua-curl, for 5.1, 5.2 and LuaJIT); else LuaSocket on one persistent connection.

local cjson = require "cjson"

local by_hand = {}

local function over_lcurl(lcurl, token)
  local easy, pieces = lcurl.easy(), nil
  easy:setopt_httpheader { "Accept: application/vnd.api+json", "Authorization: Bearer " .. token }
  easy:setopt_writefunction(function(piece)
    pieces[#pieces + 1] = piece
  end)
  return function(url)
    pieces = {}
    easy:setopt_url(url):perform()
    return table.concat(pieces)
  end
end

local function over_luacurl(curl, token)
  local easy = curl.easy_init()
  easy:setopt(curl.OPT_HTTPHEADER, { "Accept: application/vnd.api+json", "Authorization: Bearer " .. token })
  local pieces
  easy:setopt(curl.OPT_WRITEFUNCTION, function(piece)
    pieces[#pieces + 1] = piece
    return #piece
  end)
  return function(url)
    pieces = {}
    easy:setopt(curl.OPT_URL, url)
    assert(easy:perform())
    return table.concat(pieces)
  end
end

local function over_socket(socket, token)
  local host, port, connection
  local function connect()
    connection = assert(socket.connect(host, port))
    connection:setoption("tcp-nodelay", true)
  end
  return function(url)
    local path
    host, port, path = url:match "^http://([^:/]+):(%d+)(/.*)$"
    if not connection then
      connect()
    end
    connection:send(("GET %s HTTP/1.1\r\nHost: %s:%s\r\nAccept: application/vnd.api+json\r\n"
      .. "Authorization: Bearer %s\r\n\r\n"):format(path, host, port, token))
    local length, chunked
    repeat
      local line = assert(connection:receive())
      length = tonumber(line:lower():match "^content%-length: (%d+)") or length
      chunked = chunked or line:lower():find "^transfer%-encoding: chunked"
    until line == ""
    if not chunked then
      return assert(connection:receive(length))
    end
    local pieces = {}
    while true do
      local size = tonumber(assert(connection:receive()), 16)
      pieces[#pieces + 1] = size > 0 and assert(connection:receive(size)) or nil
      connection:receive()
      if size == 0 then
        return table.concat(pieces)
      end
    end
  end
end

local name, open, binding
for _, candidate in ipairs {
  { "lcurl", over_lcurl },
  { "curl", over_luacurl },
  { "socket", over_socket },
} do
  local found, module = pcall(require, candidate[1])
  if found then
    name, open, binding = candidate[1], candidate[2], module
    break
  end
end
by_hand.name = ({ lcurl = "lcurl", curl = "luacurl", socket = "LuaSocket" })[name] .. " and lua-cjson"

--- Calls `fn` with each of the first `count` resources of the collection at `url`.
function by_hand.list(url, token, size, count, fn)
  local get = open(binding, token)
  local number, seen = 1, 0
  while seen < count do
    local body = get(("%s?page[size]=%d&page[number]=%d"):format(url, size, number))
    local document = cjson.decode(body)
    for _, resource in ipairs(document.data) do
      fn(resource)
    end
    seen = seen + #document.data
    if #document.data < size then
      return
    end
    number = number + 1
  end
end

return by_hand

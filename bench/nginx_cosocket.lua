--- The handler of examples/nginx/gateway.lua without harnest: over a cosocket with persistent
-- connections, like lua-resty-http, and lua-cjson.

local cjson = require "cjson"

local cosocket = {}

local host, port, path = os.getenv("HARNEST_URL"):match "^http://([^:/]+):(%d+)(/.*)$"
local token = os.getenv "HARNEST_TOKEN"

local REQUEST = "GET %s HTTP/1.1\r\nHost: %s:%s\r\nAccept: application/vnd.api+json\r\nAuthorization: Bearer %s\r\n\r\n"

local function read_head(connection)
  local status = tonumber(assert(connection:receive "*l"):match "^HTTP/1%.1 (%d+)")
  local headers = {}
  while true do
    local line = assert(connection:receive "*l")
    if line == "" then
      return status, headers
    end
    local name, value = line:match "^([^:]+):%s*(.-)%s*$"
    headers[name:lower()] = value
  end
end

local function get(target)
  local connection = ngx.socket.tcp()
  connection:settimeouts(10000, 10000, 10000)
  assert(connection:connect(host, port, { pool_size = 64 }))
  assert(connection:send(REQUEST:format(target, host, port, token)))
  local status, headers = read_head(connection)
  local body = assert(connection:receive(tonumber(headers["content-length"])))
  assert(connection:setkeepalive(60000, 64))
  assert(status == 200, status)
  return cjson.decode(body)
end

--- The same as gateway.contracts.
function cosocket.contracts()
  local document = get(path .. "/contracts?include=owner&page%5Bsize%5D=15&sort=title")
  local names, list = {}, {}
  for _, resource in ipairs(document.included) do
    names[resource.type .. " " .. resource.id] = resource.attributes.name
  end
  for i, contract in ipairs(document.data) do
    local owner = contract.relationships.owner.data
    list[i] = {
      id = contract.id,
      title = contract.attributes.title,
      owner = owner ~= cjson.null and names[owner.type .. " " .. owner.id] or nil,
    }
  end
  ngx.print(cjson.encode(list))
end

return cosocket

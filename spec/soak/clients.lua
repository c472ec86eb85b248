-- The clients of the soak run: reliable ones, one over connections that break, and short-lived ones
-- whose server fails or that are closed while requests are pending.

local harnest = require "harnest"
local socket = require "socket"

local clients = {}

local COPY = "copy/soak"
local URL, TLS_URL = os.getenv "HARNEST_URL", os.getenv "HARNEST_TLS_URL"

local state, seed, serial = nil, nil, 0
local sums = { requests = 0, retries = 0 }
local control

-- A random number from 1 to n, the same on every Lua
function clients.random(n)
  state = state * 16807 % 2147483647
  return state % n + 1
end

local random = clients.random

local function with_knobs(url, ...)
  return (url:gsub("/v1/api$", "/" .. table.concat({ COPY, ... }, "/") .. "/v1/api"))
end

local function start_proxy()
  local listener = assert(socket.bind("127.0.0.1", 0))
  local _, control_port = listener:getsockname()
  os.execute(("'%s' spec/soak/flaky_proxy.lua %d %s %d 12 </dev/null >/dev/null 2>&1 &"):format(
    os.getenv "LUA" or "lua5.4", control_port, URL:match ":(%d+)", seed))
  listener:settimeout(10)
  control = assert(listener:accept(), "the proxy did not start")
  listener:close()
  return (URL:gsub(":%d+", ":" .. control:receive "*l"))
end

local function client(url, options)
  local all = { url = url, token = os.getenv "HARNEST_TOKEN", dialect = "harnest", max_retry_wait = 0.002, retries = 8,
    timeout = 20, deadline = 60 }
  for name, value in pairs(options or {}) do all[name] = value end
  return harnest.new(all)
end

function clients.start(given_seed)
  seed, state = given_seed, given_seed % 2147483646 + 1
  clients.steady = {
    client(with_knobs(URL)), client(with_knobs(URL, "shape/links"), { prefetch = 3 }),
    client(with_knobs(URL, "shape/laravel"), { prefetch = 0 }),
    -- soon full, so that memory is constant
    client(with_knobs(URL, "etag/0", "shape/links"), { cache = 2 ^ 18 }),
    client(with_knobs(TLS_URL)), -- whose authority is in HARNEST_CA_FILE
  }
  clients.broken = client(with_knobs(start_proxy(), "shape/links"))
  clients.truth = client(with_knobs(URL, "shape/links")) -- reads the actual state directly
end

local function retire(api)
  local stats = api:stats()
  sums.requests, sums.retries = sums.requests + stats.requests, sums.retries + stats.retries
  api:close()
end

-- {requests, retries} of all clients so far
function clients.sums()
  local now = { requests = sums.requests, retries = sums.retries }
  for _, api in ipairs { clients.broken, clients.truth, (unpack or table.unpack)(clients.steady) } do
    local stats = api:stats()
    now.requests, now.retries = now.requests + stats.requests, now.retries + stats.retries
  end
  return now
end

-- A client whose server soon fails in some way, or is slow
local function failing()
  serial = serial + 1
  local key, count = ("%d-%d"):format(seed, serial), random(3)
  local ways = {
    { "fail/" .. key .. "/503/" .. count, "retry-after/0" }, { "fail/" .. key .. "/429/" .. count, "retry-after/0" },
    { "fail/" .. key .. "/444/" .. count }, { "fail-after/" .. key .. "/444/" .. count },
    { "fail-after/" .. key .. "/502/" .. count }, { "delay/0.002" }, { "delay-after/0.002" },
    { "fail/" .. key .. "/500/1" },
  }
  return client(with_knobs(URL, (unpack or table.unpack)(ways[random(#ways)])))
end

-- Does the work with a client that is closed before it sends anything, or when a prefetched page
-- arrives; then its requests are pending.
local function closed_within(work)
  local api, working
  local before = random(4) == 1
  api = client(with_knobs(URL, "delay-after/0.004", "shape/links"), { trace = function(event)
    if not working or event.event ~= (before and "request" or "response") then return end
    working = false
    clients.closed = clients.closed + 1
    retire(api)
  end })
  local iterator = api:list("contracts", { page = { size = 2 } })
  assert(iterator:next())
  working = true
  work(api)
  if working then retire(api) end
end

clients.closed = 0 -- the number of clients closed so

-- Waits until the server has processed what was sent on closed connections: it is single-threaded,
-- and this request uses a newer connection.
function clients.settle()
  local connection = assert(socket.connect("127.0.0.1", tonumber((URL:match ":(%d+)"))))
  connection:send "GET /sandbox/ping HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
  connection:receive "*a"
  connection:close()
end

-- Calls work(api) with a random client
function clients.with_one(work)
  local dice = random(100)
  if dice <= 75 then return work(clients.steady[random(#clients.steady)]) end
  if dice <= 91 then return work(clients.broken) end
  if dice <= 95 then return closed_within(work) end
  local api = failing()
  work(api)
  retire(api)
end

-- A long-lived client
function clients.long_lived()
  return random(3) == 1 and clients.broken or clients.steady[random(#clients.steady)]
end

function clients.stop()
  for _, api in ipairs(clients.steady) do api:close() end
  clients.broken:close()
  clients.truth:close()
  control:close()
end

return clients

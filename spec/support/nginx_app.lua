-- The application in the nginx of nginx_spec.lua: a client for each worker, as in a real script,
-- and functions that locations call.

local cjson = require "cjson"
local harnest = require "harnest"

local app = { seen = {} } -- recorded results, by name

local url, token = os.getenv "SANDBOX_URL", os.getenv "HARNEST_TOKEN"
local clients = {}

-- The client of this worker for a server: the sandbox, or the server at the URL `at`
local function client(at)
  at = at or url
  if not clients[at] then
    clients[at] = harnest.new { url = at, token = token, dialect = "harnest", loop = "nginx", retries = 0 }
  end
  return clients[at]
end

-- Makes a call in the current phase, and records its result
function app.try()
  local fine, result, err = pcall(function() return client():get("contracts", 7) end)
  app.seen[ngx.get_phase()] = fine and (result and result.id or tostring(err)) or result
end

-- Makes a call in the current phase to the server at a URL, which does not respond, and records whether it may wait
function app.try_at(at)
  local fine, err = pcall(function() return client(at):get("t", 1) end)
  app.seen[ngx.get_phase()] = fine or err
end

-- Makes a call that blocks the process, with another client, and returns its result
function app.block()
  clients.blocking = clients.blocking or harnest.new { url = url, token = token, dialect = "harnest" }
  app.seen.blocking = assert(clients.blocking:get("contracts", 7)).id
  return app.seen.blocking
end

function app.block_in_request()
  ngx.print(app.block())
end

function app.try_in_timer()
  ngx.timer.at(0, app.try)
end

function app.seen_as_json()
  ngx.print(cjson.encode(app.seen))
end

function app.contract()
  ngx.print(assert(client():get("contracts", ngx.var.arg_id or 7)).id)
end

-- Like app.contract, with a slow server
function app.slow_contract()
  ngx.print(assert(client((url:gsub("/v1/api", "/delay/0.2%0"))):get("contracts", 7)).id)
end

-- Like app.contract, over TLS
function app.tls_contract()
  local api = clients.tls or harnest.new {
    url = os.getenv "HARNEST_TLS_URL", ca_file = os.getenv "SANDBOX_CA_FILE", token = token, dialect = "harnest",
    loop = "nginx",
  }
  clients.tls = api
  ngx.print(assert(api:get("contracts", 7)).id)
end

-- Occupies the only timer for a second
function app.occupy_timers()
  ngx.timer.at(0, function() ngx.sleep(1) end)
end

function app.stats()
  ngx.print(cjson.encode(client():stats()))
end

-- Calls to the raw server at ?at, which does not respond

local function raw_client()
  return client(ngx.var.arg_at)
end

function app.get()
  raw_client():get("t", 1)
end

function app.list()
  raw_client():all "t"
end

function app.rows()
  for _ in raw_client():rows("t", { "id" }) do end
end

function app.many()
  for _ in raw_client():get_many("t", { 1, 2, 3 }) do end
end

function app.parallel()
  local api = raw_client()
  api:parallel(function() api:get("t", 1) end, function() api:get("t", 2) end)
end

function app.kill()
  local api = raw_client()
  local thread = ngx.thread.spawn(function() api:get("t", 1) end)
  ngx.sleep(0.05)
  ngx.thread.kill(thread)
  ngx.print "killed"
end

-- Two threads read from one iterator, and one of them is killed
function app.shared_list()
  local api = raw_client()
  local list, err = api:list "t", nil
  local one = ngx.thread.spawn(function() list:next() end)
  local other = ngx.thread.spawn(function() err = select(2, list:next()) end)
  ngx.sleep(0.05)
  ngx.thread.kill(one)
  ngx.thread.wait(other)
  ngx.print(tostring(err))
end

-- Whether the loop takes a coroutine for ended: one that runs, one that waits, the same after nginx has ended it
function app.gone()
  local loop = require "harnest.loop.nginx"
  local own, other = loop.this(), nil
  local thread = ngx.thread.spawn(function()
    other = loop.this()
    while true do loop.sleep(other) end
  end)
  local running, waiting = loop.is_gone(own), loop.is_gone(other)
  ngx.thread.kill(thread)
  ngx.print(tostring(running), " ", tostring(waiting), " ", tostring(loop.is_gone(other)))
end

-- Makes a call whose coroutine, each time that it starts to wait, runs what a finalizer may do: it closes a client.
-- Then other waiters are checked, but this one is not waiting yet.
function app.closes_while_waiting()
  local semaphore = require "ngx.semaphore"
  local wait = semaphore.wait
  function semaphore:wait(seconds)
    harnest.new({ url = url, token = token, loop = "nginx" }):close()
    return wait(self, seconds)
  end
  local result, err = client():get("contracts", 7)
  semaphore.wait = wait
  ngx.print(result and result.id or tostring(err))
end

return app

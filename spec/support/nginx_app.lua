-- What the nginx of nginx_spec.lua answers by: a client for each worker, as a script would have it, and functions that
-- locations call.

local cjson = require "cjson"
local harnest = require "harnest"

local app = { seen = {} } -- what was noted, by name

local url, token = os.getenv "SANDBOX_URL", os.getenv "HARNEST_TOKEN"
local clients = {}

-- The client of this worker for a server: the sandbox unless `at` is another's URL
local function client(at)
  at = at or url
  if not clients[at] then
    clients[at] = harnest.new { url = at, token = token, dialect = "harnest", loop = "nginx", retries = 0 }
  end
  return clients[at]
end

-- Tries a call in the phase that runs, and notes what came of it
function app.try()
  local fine, result, err = pcall(function() return client():get("contracts", 7) end)
  app.seen[ngx.get_phase()] = fine and (result and result.id or tostring(err)) or result
end

-- A call that blocks the process, by a client of its own, and what came of it
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

-- As app.contract, by a server that takes its time
function app.slow_contract()
  ngx.print(assert(client((url:gsub("/v1/api", "/delay/0.2%0"))):get("contracts", 7)).id)
end

-- As app.contract, over TLS
function app.tls_contract()
  local api = clients.tls or harnest.new {
    url = os.getenv "HARNEST_TLS_URL", ca_file = os.getenv "HARNEST_CA_FILE", token = token, dialect = "harnest",
    loop = "nginx",
  }
  clients.tls = api
  ngx.print(assert(api:get("contracts", 7)).id)
end

-- Takes the one timer that may run, for a second
function app.occupy_timers()
  ngx.timer.at(0, function() ngx.sleep(1) end)
end

function app.stats()
  ngx.print(cjson.encode(client():stats()))
end

-- Calls that the raw server at ?at does not answer

local function raw_client()
  return client(ngx.var.arg_at)
end

function app.get()
  raw_client():get("t", 1)
end

function app.list()
  raw_client():all "t"
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

-- Two take from one iterator, and one of them is killed
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

return app

-- A client and a raw server with scripted responses, for specs of what is sent and how responses
-- are read.
--
--   local x = exchange.hook(setup, before_each, teardown)
--   x:answer(200, '{"data":null}')                   -- to the next request
--   local resource, err = x.api:get("things", 1)
--   x:sent().path                                    -- of the last request; x:sent(1): of the first

local harnest = require "harnest"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"

local exchange = {}

local methods = {}
local class = { __index = methods }

-- An exchange for a block of specs, which is reset before each of them. The client's base URL has the
-- path /api. Arguments: busted's functions of these names
function exchange.hook(setup, before_each, teardown)
  local self = setmetatable({ raw = rawserver.new(), clients = {} }, class)

  setup(function()
    self.raw:start()
    self.url = self.raw.url .. "/api"
    self.api = self:client()
  end)
  before_each(function() self:reset() end)
  teardown(function() self:stop() end)

  return self
end

-- Opens one more client of the raw server; by default with JSON:API's dialect, without retries and
-- token
function methods:client(options)
  local all = { url = self.url, dialect = "jsonapi", retries = 0, prefetch = 0, timeout = 5 }
  for name, value in pairs(options or {}) do all[name] = value end
  local api = harnest.new(all)
  self.clients[#self.clients + 1] = api
  return api
end

-- Opens a client of the sandbox, with a new copy of its database and with knobs
function methods:sandbox(...)
  local sb = sandbox.get()
  local api = harnest.new { url = sb:copy(...), token = sb.token, dialect = "jsonapi" }
  self.clients[#self.clients + 1] = api
  return api
end

-- Queues a response. A non-empty body has JSON:API's media type.
function methods:answer(status, body, headers)
  body = body or ""
  local all = { ["Content-Type"] = body == "" and false or nil, ["Content-Length"] = status == 204 and false or nil }
  for name, value in pairs(headers or {}) do all[name] = value end
  self.raw:play { { rawserver.response(status, all, body) } }
  return self
end

-- The same for every request that matches, such as "GET /api/things"
function methods:serve(match, status, body, headers)
  self.raw:play { { match = match, times = math.huge, rawserver.response(status, headers or {}, body or "") } }
  return self
end

-- All requests received
function methods:requests()
  return self.raw:requests()
end

-- One request received: by its number, or the last one
function methods:sent(number)
  local requests = self.raw:requests(1)
  return requests[number or #requests]
end

-- The number of requests received
function methods:count()
  return #self.raw:requests()
end

function methods:reset()
  self.raw:reset()
end

function methods:stop()
  for _, api in ipairs(self.clients) do api:close() end
  self.raw:stop()
end

return exchange

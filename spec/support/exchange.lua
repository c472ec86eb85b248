-- A client and a raw server that answers as a spec says: what was sent, and what the client makes of what comes.
--
--   local x = exchange.start()                       -- in `setup`; x:reset() before each spec, x:stop() in `teardown`
--   x:answer(200, '{"data":null}')                   -- to the next request
--   local resource, err = x.api:get("things", 1)
--   x:sent().path                                    -- of the last request; x:sent(1): of the first

local harnest = require "harnest"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"

local exchange = {}

local methods = {}
local class = { __index = methods }

-- Starts both. The client's base URL has the path /api.
function exchange.start()
  local self = setmetatable({ raw = rawserver.start(), clients = {} }, class)
  self.url = self.raw.url .. "/api"
  self.api = self:client()
  return self
end

-- One more client of the raw server: JSON:API's dialect, no retries, no token, unless the options say otherwise
function methods:client(options)
  local all = { url = self.url, dialect = "jsonapi", retries = 0, prefetch = 0, timeout = 5 }
  for name, value in pairs(options or {}) do all[name] = value end
  local api = harnest.new(all)
  self.clients[#self.clients + 1] = api
  return api
end

-- A client of the sandbox, with a copy of its database that nothing else uses, and with knobs
function methods:sandbox(...)
  local sb = sandbox.get()
  local api = harnest.new { url = sb:copy(...), token = sb.token, dialect = "jsonapi" }
  self.clients[#self.clients + 1] = api
  return api
end

-- Puts an answer behind those that wait to be given. A body that is not "" has JSON:API's media type.
function methods:answer(status, body, headers)
  body = body or ""
  local all = { ["Content-Type"] = body == "" and false or nil, ["Content-Length"] = status == 204 and false or nil }
  for name, value in pairs(headers or {}) do all[name] = value end
  self.raw:play { { rawserver.response(status, all, body) } }
  return self
end

-- The same to requests that match, such as "GET /api/things", as often as they come
function methods:serve(match, status, body, headers)
  self.raw:play { { match = match, times = math.huge, rawserver.response(status, headers or {}, body or "") } }
  return self
end

-- The requests that came
function methods:requests()
  return self.raw:requests()
end

-- One request that came: by its number, or the last one
function methods:sent(number)
  local requests = self.raw:requests(1)
  return requests[number or #requests]
end

-- How many requests came
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

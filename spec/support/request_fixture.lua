-- Single GET requests to a raw server: their result and duration.
--
--   local fixture = require "spec.support.request_fixture"(setup, before_each, after_each, teardown)
--   fixture:succeeds({ retries = 1 }, { { reset = true } }, { fixture.raw.response(200, {}, ONE) })
--   fixture.api:stats()      -- the client of the last request

local assert = require "luassert"
local clients = require "spec.support.clients"
local socket = require "socket"

local methods = {}
local class = { __index = methods }

-- Opens a client, with base path /api and no retries unless the options say otherwise
function methods:client(options)
  self.api = self.clients:open(options)
  return self.api
end

-- Plays the scripts and gets a resource: resource, error, seconds
function methods:get(options, ...)
  self.raw:play { ... }
  local started = socket.gettime()
  local resource, err = self:client(options):get("contracts", 1)
  return resource, err, socket.gettime() - started
end

-- The same for a request that must fail, with this kind: error, seconds
function methods:fails(kind, options, ...)
  local resource, err, seconds = self:get(options, ...)
  assert.is_nil(resource)
  assert.equal(kind, err.kind, err.message)
  assert.truthy(err.message:find(kind .. ": GET ", 1, true), err.message)
  return err, seconds
end

-- The same for a request that must succeed: the client's counts, seconds
function methods:succeeds(options, ...)
  local resource, err, seconds = self:get(options, ...)
  assert.equal("1", resource and resource.id, tostring(err))
  return self.api:stats(), seconds
end

-- Arguments: busted's functions setup, before_each, after_each, teardown
return function(...)
  local opened = clients(function(raw)
    return { url = raw.url .. "/api", token = "a-token-to-send", retries = 0, timeout = 5 }
  end)
  opened:hook(...)
  return setmetatable({ clients = opened, raw = opened.raw }, class)
end

-- A raw server and clients for a block of specs. Before each spec the server is reset; after it all
-- clients are closed.
--
--   local clients = require "spec.support.clients"(function(raw) return { url = raw.url, retries = 0 } end)
--   clients:hook(setup, before_each, after_each, teardown)
--   local raw = clients.raw                    -- see rawserver.lua; it runs from setup to teardown
--   local api = clients:open { timeout = 1 }   -- closes the client opened before
--   local other = clients:add()                -- leaves the other clients open

local harnest = require "harnest"
local rawserver = require "spec.support.rawserver"

local methods = {}
local class = { __index = methods }

-- Opens one more client, with the block's options and these
function methods:add(options)
  local all = self.options(self.raw)
  for name, value in pairs(options or {}) do all[name] = value end
  local api = harnest.new(all)
  self.opened[api] = true
  return api
end

-- Closes all clients and opens one
function methods:open(options)
  self:close()
  return self:add(options)
end

function methods:close()
  for api in pairs(self.opened) do api:close() end
end

-- Arguments: busted's functions of these names
function methods:hook(setup, before_each, after_each, teardown)
  setup(function() self.raw:start() end)
  before_each(function() self.raw:reset() end)
  after_each(function() self:close() end)
  teardown(function()
    collectgarbage()
    self.raw:stop()
  end)
end

-- `options(raw)` returns a new table of options that all clients have
return function(options)
  local opened = setmetatable({}, { __mode = "k" }) -- clients may be collected
  return setmetatable({ raw = rawserver.new(), options = options, opened = opened }, class)
end

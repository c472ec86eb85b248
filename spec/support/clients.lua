-- A raw server and the clients of a block of specs. The server forgets everything before each spec; clients are closed
-- after it.
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

-- One more client, with the block's options and these
function methods:add(options)
  local all = self.options(self.raw)
  for name, value in pairs(options or {}) do all[name] = value end
  local api = harnest.new(all)
  self.opened[api] = true
  return api
end

-- Closes all clients, and opens one
function methods:open(options)
  self:close()
  return self:add(options)
end

function methods:close()
  for api in pairs(self.opened) do api:close() end
end

-- Takes busted's functions of these names
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
  local opened = setmetatable({}, { __mode = "k" }) -- specs may have their clients collected
  return setmetatable({ raw = rawserver.new(), options = options, opened = opened }, class)
end

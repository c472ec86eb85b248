-- For specs of import and sync: the command at a raw server, and for each spec the command at a new
-- copy of the sandbox's database.
--
--   local at = require "spec.support.import_fixture"(setup, before_each, after_each, teardown)
--   at.here:run("import", "drafts", file)   -- at the copy
--   at.api:count "drafts"                   -- a client of the copy
--   at.raw:play { … }; at.at_raw:run("import", "things", file)

local command = require "spec.support.command"
local harnest = require "harnest"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"

local methods = {}
local class = { __index = methods }

-- Directs `here` and `api` to this URL of the sandbox
function methods:use(url)
  local sb = sandbox.get()
  if self.api then self.api:close() end
  self.here.variables.HARNEST_URL = url
  self.api = harnest.new { url = url, token = sb.token }
end

-- Arguments: busted's functions of these names
return function(setup, before_each, after_each, teardown)
  local self = setmetatable({}, class)
  setup(function()
    self.raw = rawserver.start()
    self.at_raw = command.new { HARNEST_URL = self.raw.url, HARNEST_TOKEN = "s3cret-token" }
  end)
  before_each(function()
    local sb = sandbox.get()
    self.raw:reset()
    self.here = command.new { HARNEST_TOKEN = sb.token }
    self:use(sb:copy())
  end)
  after_each(function()
    self.here:close()
    self.api:close()
  end)
  teardown(function()
    self.raw:stop()
    self.at_raw:close()
  end)
  return self
end

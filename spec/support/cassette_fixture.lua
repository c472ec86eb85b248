-- Cassettes for a block of specs: a folder of files, and clients of a raw server that record and play.
--
--   local fixture = require "spec.support.cassette_fixture"(setup, before_each, after_each, teardown)
--   fixture:record({ raw.response(200, {}, ONE) }, function(api) api:get("t", 1) end)   -- writes fixture.path
--   fixture:replay(function(api) … end)        -- with a client that knows no server
--   fixture:read()                             -- the file, decoded

local dir = require "pl.dir"
local harnest = require "harnest"
local rawserver = require "spec.support.rawserver"
local text_file = require "spec.support.text_file"

local methods = {}
local class = { __index = methods }

-- The options of a client that uses the file
function methods:options(more)
  local options = { cassette = self.path, retries = 0, max_retry_wait = 0.05 }
  for name, value in pairs(more or {}) do options[name] = value end
  return options
end

-- Calls fn with a client that records, after the server was given scripts, and closes the client
function methods:record(scripts, fn, more)
  self.raw:play(scripts)
  local options = self:options(more)
  options.url = options.url or self.raw.url .. "/api"
  options.cassette_mode = options.cassette_mode or "record"
  local api = harnest.new(options)
  local result = fn(api)
  api:close()
  local text, token = self:text(), options.token
  assert(not text or type(token) ~= "string" or not text:find(token, 1, true), "the token is in the file")
  return result
end

-- Calls fn with a client that plays the file, and closes it. Its warnings are in self.warnings.
function methods:replay(fn, more)
  local options = self:options(more)
  local given = type(options.cassette) == "table" and options.cassette or {}
  local cassette = { path = self.path, warn = function(text) table.insert(self.warnings, text) end }
  for name, value in pairs(given) do cassette[name] = value end
  options.cassette, options.cassette_mode = cassette, options.cassette_mode or "replay"
  local api = harnest.new(options)
  local result = fn(api)
  api:close()
  return result
end

-- The text of the file; nil if there is none
function methods:text()
  return text_file.read(self.path)
end

-- The file, decoded
function methods:read()
  return harnest.decode(self:text())
end

-- Writes a file with these interactions, or this text
function methods:write(content)
  if type(content) == "table" then
    content = harnest.encode { harnest_cassette = 1, base_url = "http://recorded.example/api", interactions = content }
  end
  text_file.write(self.path, content)
end

-- Arguments: busted's functions of these names
return function(setup, before_each, after_each, teardown)
  local self = setmetatable({ raw = rawserver.new() }, class)
  setup(function()
    self.folder = os.tmpname()
    os.remove(self.folder)
    self.raw:start()
  end)
  before_each(function()
    self.raw:reset()
    self.path = self.folder .. "/cassette.json"
    self.warnings = {}
    assert(dir.makepath(self.folder))
  end)
  after_each(function()
    collectgarbage()
    collectgarbage()
    dir.rmtree(self.folder)
  end)
  teardown(function() self.raw:stop() end)
  return self
end

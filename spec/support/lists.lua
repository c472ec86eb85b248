-- Clients of the sandbox, and what specs of lists expect of iterators.
--
--   local lists = require "spec.support.lists"
--   local api = lists.client { prefetch = 0 }
--   lists.hook(before_each, after_each, function(opened) api = opened end)   -- a client for each spec
--   lists.expect(api:list "contracts", 1, 15)   -- the contracts 1 to 15 come next
--   lists.expect_end(iterator)

local assert = require "luassert"
local harnest = require "harnest"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"

local sb = sandbox.get()

local lists = {
  CONTRACTS = 2000, -- in the sandbox
}

-- Opens a client of the sandbox with these options
function lists.client(more)
  local options = { url = sb.url, token = sb.token, dialect = "jsonapi" }
  for name, value in pairs(more or {}) do
    options[name] = value
  end
  return harnest.new(options)
end

-- Before each spec of a block, opens a client of the sandbox, passes it to `use` and marks the
-- sandbox; after it, closes the client. Arguments: busted's functions of these names, and `use(api)`
function lists.hook(before_each, after_each, use)
  local api
  before_each(function()
    api = lists.client()
    use(api)
    sb:mark()
  end)
  after_each(function() api:close() end)
end

-- The number of requests for contracts since the sandbox was marked
function lists.asked()
  return #sb:requests "contracts"
end

-- Fails unless the next `count` resources of an iterator are those with the ids from `first` on
function lists.expect(iterator, first, count)
  for id = first, first + count - 1 do
    local resource, err = iterator:next()
    -- luassert would take most of the time, above all under a memory checker
    if not resource or resource.id ~= tostring(id) then
      error(("expected %d, got %s"):format(id, resource and resource.id or tostring(err)), 2)
    end
  end
end

-- Fails unless an iterator is at its end
function lists.expect_end(iterator)
  local resource, err = iterator:next()
  assert.is_nil(resource)
  assert.is_nil(err)
end

-- The value that a call raises
function lists.raised(fn, ...)
  local fine, err = pcall(fn, ...)
  assert.is_false(fine)
  return err
end

-- A function that takes all of an iterator in a loop
function lists.reads_on(iterator)
  return function()
    for resource in iterator do
      assert.is_table(resource)
    end
  end
end

-- A response of the raw server: page `number` of `last`, with two things
function lists.raw_page(number, last)
  local link = number < last and ('"/things?page=%d"'):format(number + 1) or "null"
  return rawserver.response(200, {}, ('{"data":[{"type":"things","id":"%d"},{"type":"things","id":"%d"}],'
    .. '"links":{"next":%s}}'):format(2 * number - 1, 2 * number, link))
end

return lists

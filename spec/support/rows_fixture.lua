-- What specs of api:rows share: the values that an iterator yields, and rows of scripted pages.
--
--   local rows = require "spec.support.rows_fixture"
--   local list, err = rows.collect((api:rows("contracts", { "id", "note" })))   -- { { n = 2, "1", nil }, … }
--   local scripted = rows.scripted(setup, before_each, after_each, teardown)
--   local id, name = scripted.row({ "id", "name" }, '[{"type":"t","id":"1","attributes":{"name":"Ann"}}]')

local assert = require "luassert"
local clients = require "spec.support.clients"
local sandbox = require "spec.support.sandbox"

local unpack = table.unpack or unpack -- luacheck: ignore

local sb = sandbox.get()

local rows = {}

-- The values of all rows, each row an array with its number of values as `n`, and the error
function rows.collect(iterator)
  local list = {}
  local function take(...)
    if (...) == nil then
      return select("#", ...) > 1 and (select(2, ...)) or nil
    end
    list[#list + 1] = { n = select("#", ...), ... }
    return take(iterator:next())
  end
  local err = take(iterator:next())
  return list, err
end

-- The decoded queries of the requests to the sandbox since its last mark, in order
function rows.queries()
  local list = {}
  for i, request in ipairs(sb:requests()) do
    assert.equal(200, request.status, request.uri)
    list[i] = (request.uri:match "%?(.*)$" or ""):gsub("%%(%x%x)", function(digits)
      return string.char(tonumber(digits, 16))
    end)
  end
  return list
end

-- The values of a column in the contracts of one page of the sandbox, by number
function rows.column(api, name, query)
  local values = {}
  for id, value in api:rows("contracts", { "id", name }, { page = { size = 20 }, limit = 20 }, query) do
    values[tonumber(id)] = value
  end
  return values
end

-- A raw server for a block of specs, with a client `api` for each of them. Arguments: busted's
-- functions of these names
function rows.scripted(setup, before_each, after_each, teardown)
  local group = clients(function(raw) return { url = raw.url, retries = 0 } end)
  group:hook(setup, before_each, after_each, teardown)
  local scripted = { raw = group.raw }

  before_each(function() scripted.api = group:open() end)

  -- Plays the only page, with these resources and what belongs beside `data`
  function scripted.play(data, beside)
    local body = '{"data":' .. data .. ',"links":{"next":null}' .. (beside or "") .. "}"
    scripted.raw:play { { scripted.raw.response(200, {}, body) } }
  end

  -- The rows of one page with these resources, as from collect
  function scripted.rows(columns, data, beside, query)
    scripted.play(data, beside)
    return rows.collect((scripted.api:rows("things", columns, { params = { x = 1 }, limit = 9 }, query)))
  end

  -- The values of the only row; arguments as of `rows`
  function scripted.row(...)
    local list, err = scripted.rows(...)
    assert(not err, err)
    assert.equal(1, #list)
    return unpack(list[1], 1, list[1].n)
  end

  -- The message of the error, of kind refused, that comes before any row; arguments as of `rows`
  function scripted.error(...)
    local list, err = scripted.rows(...)
    assert.same({}, list)
    assert.equal("refused", err.kind)
    return err.message
  end

  return scripted
end

return rows

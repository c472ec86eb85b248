-- Calls whose results the request determines. Each function gets
--   api      a client
--   id       a text that no other request has
--   roll     dice
--   expect   function(held, what, got): raises if `held` is false, unless the server is bad
-- and returns true, or nil and the error of a call. A `for` loop may raise an error object.

local harnest = require "harnest"
local clients = require "spec.random.clients"

local calls = {}

-- Returns the member of a value at these names; nil if there is none
local function dig(value, ...)
  for i = 1, select("#", ...) do
    if type(value) ~= "table" and type(value) ~= "userdata" or value == harnest.null then return nil end
    value = value[(select(i, ...))]
  end
  return value
end

local function expect_thing(expect, thing, id, echo)
  expect(dig(thing, "id") == id, "id " .. id, dig(thing, "id"))
  local got = dig(thing, "attributes", "echo")
  expect(got == (echo or id), "echo " .. (echo or id), got)
end

-- Queries that do not change which resources come
local function random_query(roll)
  local query = {}
  if roll(3) == 1 then query.view = true end
  if roll(3) == 1 then query.include = "owner" end
  if roll(5) == 1 then query.fields = { things = { "echo", "text" } } end
  if roll(5) == 1 then query.params = { ["x y"] = "é&=" } end
  if roll(5) == 1 then query.sort = { "echo" } end
  return query
end

function calls.get(api, id, roll, expect)
  local query, way = random_query(roll), roll(6)
  local found, err
  if way == 1 then
    found, err = api:get("/things/" .. id, query)
  elseif way == 2 then
    found, err = api:get({ type = "things", id = id }, query)
  elseif way == 3 then
    found, err = api:get({ href = "/moved/" .. id }, query)
  elseif way == 4 then
    found, err = api:collection("things"):include("owner"):get(id, query)
  else
    found, err = api:get("things", id, query)
  end
  if not found then return nil, err end
  expect_thing(expect, found, id)
  if query.include and way ~= 3 then
    local owner = type(dig(found, "related")) == "function" and found:related "owner"
    expect(dig(owner, "id") == id .. ".o", "included owner", dig(owner, "id"))
  end
  return true
end

calls.get_again = function(api, id, roll, expect) -- from the cache, if there is one
  for _ = 1, roll(3) do
    local found, err = api:get("things", id, { view = roll(2) == 1 })
    if not found then return nil, err end
    expect_thing(expect, found, id)
  end
  return true
end

function calls.null(api, id, _, expect)
  local found, err = api:get("/things/" .. id .. "/none")
  if err then return nil, err end
  expect(found == nil, "null", found)
  return true
end

function calls.fail(api, id, roll, expect)
  local kinds = {
    [400] = "bad_request", [403] = "forbidden", [404] = "not_found", [409] = "conflict", [422] = "invalid",
    [418] = "client_error", [500] = "server_error",
  }
  local status = ({ 400, 403, 404, 409, 422, 418, 500 })[roll(7)]
  local found, err = api:get(("/errors/%s/%d"):format(id, status))
  if not err or err.kind ~= kinds[status] then return found or nil, err end
  expect(dig(err.errors, 1, "detail") == id, "detail " .. id, dig(err.errors, 1, "detail"))
  return true
end

function calls.related(api, id, roll, expect)
  local thing = { type = "things", id = id }
  if roll(2) == 1 then
    local owner, err = api:related(thing, "owner")
    if not owner then return nil, err end
    expect(dig(owner, "id") == id .. ".o", "owner " .. id, dig(owner, "id"))
    return true
  end
  local parts, err = api:related(thing, "parts")
  if not parts then return nil, err end
  local count = 0
  while type(dig(parts, "next")) == "function" do
    local part, problem = parts:next()
    if problem and part == nil then return nil, problem end
    if not part then break end
    count = count + 1
    expect(dig(part, "id") == id .. "." .. count, "part " .. count, dig(part, "id"))
    if count >= 50 then
      parts:close()
      break
    end
  end
  return true
end

local shapes = { "links", "numbers", "cursor", "header", "guess" }

-- A list's target, its number of resources, and a query
local function random_list(id, roll)
  local total, size = roll(30) - 1, roll(8)
  local query = random_query(roll)
  if roll(3) == 1 then query.page = { size = size } end
  if roll(3) == 1 then query.limit = roll(25) end
  if roll(3) == 1 then query.concurrency = roll(6) end
  local place = ("/lists/%s/%d/%d/%s"):format(id, total, size, shapes[roll(#shapes)])
  return place, query, math.min(total, query.limit or total), total
end

local MOST = 60 -- resources that are read of a bad server's list

local function by_next(list, take)
  while true do
    local item, page_or_err = list:next()
    if item == nil then
      if page_or_err then return nil, page_or_err end
      return true
    end
    if take(item) then
      list:close()
      return true
    end
  end
end

local LEFT = {}

-- The ways to read a list, with take(item), which returns true to leave it
local readers = {
  by_next,
  function(list, take)
    if not clients.can_yield_anywhere then return by_next(list, take) end
    for item in list do
      if take(item) then break end
    end
    list:close()
    return true
  end,
  function(list, take)
    if not clients.can_yield_anywhere then return by_next(list, take) end
    local fine, err = pcall(list.each, list, function(item)
      if take(item) then error(LEFT) end
    end)
    list:close()
    if not fine and err ~= LEFT then error(err, 0) end
    return true
  end,
}

local function read_list(list, id, roll, expect, count, first)
  local seen, leave_at = first or 0, roll(3) == 1 and roll(20) or MOST
  local left = false
  local fine, err = readers[roll(#readers)](list, function(item)
    seen = seen + 1
    expect(dig(item, "id") == id .. "." .. seen, "item " .. seen, dig(item, "id"))
    if roll(40) == 1 then collectgarbage "step" end
    left = seen >= leave_at
    return left
  end)
  if not fine then return nil, err end
  if not left then expect(seen == count, count .. " items", seen) end
  return true
end

function calls.list(api, id, roll, expect)
  local place, query, count = random_list(id, roll)
  return read_list((api:list(place, query)), id, roll, expect, count)
end

function calls.rows(api, id, roll, expect)
  local place, query, count = random_list(id, roll)
  query.view = nil
  if roll(2) == 1 then query.missing = "nil" end
  if roll(2) == 1 then query.null = harnest.null end
  local columns = roll(2) == 1 and { "id" } or { "id", "type", "attributes", "owner.name" }
  if #columns > 1 then query.missing = "nil" end
  local seen, left = 0, false
  local fine, err = readers[roll(#readers)](api:rows(place, columns, query), function(item)
    seen = seen + 1
    expect(item == id .. "." .. seen, "row " .. seen, item)
    if roll(40) == 1 then collectgarbage "step" end
    left = seen >= MOST
    return left
  end)
  if not fine then return nil, err end
  if not left then expect(seen == count, count .. " rows", seen) end
  return true
end

function calls.pages(api, id, roll, expect)
  local place, query, count = random_list(id, roll)
  local seen, pages = 0, api:pages(place, query)
  while true do
    local page, err = pages:next()
    if err and page == nil then return nil, err end
    if not page then break end
    for i = 1, #page do
      seen = seen + 1
      expect(dig(page.data, i, "id") == id .. "." .. seen, "item " .. seen, dig(page.data, i, "id"))
    end
    if seen > 3 * MOST or roll(20) == 1 then
      pages:close()
      return true
    end
  end
  expect(seen == count, count .. " items of pages", seen)
  return true
end

function calls.all(api, id, roll, expect)
  local place, query, count = random_list(id, roll)
  query.limit = math.min(query.limit or MOST, MOST)
  local items, err = api:all(place, query)
  if not items then return nil, err end
  expect(#items == count, count .. " items", #items)
  for i = 1, #items do expect(dig(items, i, "id") == id .. "." .. i, "item " .. i, dig(items, i, "id")) end
  return true
end

function calls.first(api, id, roll, expect)
  local place, query, _, total = random_list(id, roll)
  local item, err = api:first(place, query)
  if not item and err then return nil, err end
  local id_of_first = total > 0 and id .. ".1" or nil
  expect(dig(item, "id") == id_of_first, "first " .. tostring(id_of_first), dig(item, "id"))
  return true
end

function calls.count(api, id, roll, expect)
  local place, query, count = random_list(id, roll)
  local got, err = api:count(place, query)
  if not got then return nil, err end
  expect(got == count, "count " .. count, got)
  return true
end

-- Reads a part of a list, and the rest by its cursor
function calls.cursor(api, id, roll, expect)
  local place, query, _, total = random_list(id, roll)
  query.limit = nil
  local list, taken = api:list(place, query), 0
  for i = 1, roll(10) do
    local item, err = list:next()
    if item == nil and err then return nil, err end
    if item == nil then return true end
    taken = i
    expect(dig(item, "id") == id .. "." .. i, "item " .. i, dig(item, "id"))
  end
  local cursor = list:cursor()
  list:close()
  return read_list((api:list(place, query, { after = cursor })), id, roll, expect, total, taken)
end

function calls.get_many(api, id, roll, expect)
  local ids = {}
  for i = 1, roll(6) do ids[i] = ("%s.%d"):format(id, i) end
  local take, count = api:get_many("things", ids, random_query(roll)), 0
  while true do
    local key, found, err = take()
    if key == nil then break end
    if not found then return nil, err end
    count = count + 1
    expect(key == ids[count], "id " .. tostring(ids[count]), key)
    expect_thing(expect, found, key)
    if roll(10) == 1 then return true end
  end
  expect(count == #ids, #ids .. " resources", count)
  return true
end

function calls.create(api, id, roll, expect)
  local want = ({ "created", "created", "empty", "job" })[roll(4)]
  local table = { attributes = { echo = id, want = want, list = harnest.array {}, none = harnest.null } }
  if roll(3) == 1 then table.idempotency_key = harnest.uuid() end
  if want == "empty" then table.id = id end
  local made, err = api:wait(api:create("things", table))
  if not made then return nil, err end
  if made ~= true then expect_thing(expect, made, id) end
  return true
end

function calls.update(api, id, roll, expect)
  local want, echo = ({ "changed", "changed", "empty", "meta", "job" })[roll(5)], id .. "-new"
  local target = roll(2) == 1 and { "things", id } or { { type = "things", id = id } }
  target[#target + 1] = { attributes = { echo = echo, want = want } }
  local made, err = api:wait(api:update((unpack or table.unpack)(target)))
  if not made then return nil, err end
  if made ~= true then expect_thing(expect, made, id, echo) end
  return true
end

function calls.delete(api, id)
  local done, err = api:delete("things", id)
  return done and true, err
end

function calls.relationship(api, id, roll, expect)
  local relationship = api:relationship("things", id, "parts")
  if roll(3) == 1 then
    local linkage, err = relationship:get()
    if not linkage then return nil, err end
    for i = 1, #linkage do expect(dig(linkage, i, "id") == id .. "." .. i, "part " .. i, dig(linkage, i, "id")) end
    return true
  end
  local members = {}
  for i = 1, roll(4) do members[i] = { type = "things", id = id .. ".m" .. i } end
  local call = ({ "add", "remove", "replace" })[roll(3)]
  local linkage, err = relationship[call](relationship, members)
  if not linkage then return nil, err end
  for i = 1, #members do expect(dig(linkage, i, "id") == members[i].id, "member " .. i, dig(linkage, i, "id")) end
  return true
end

function calls.atomic(api, id, roll, expect)
  local operations = {}
  for i = 1, roll(5) do
    operations[i] = { op = "add", data = { type = "things", lid = "l" .. i, attributes = { echo = id .. "." .. i } } }
  end
  local results, err = api:atomic(operations)
  if not results then return nil, err end
  expect(#results == #operations, #operations .. " results", #results)
  for i = 1, #operations do
    local echo = dig(results, i, "data", "attributes", "echo")
    expect(echo == id .. "." .. i, "result " .. i, echo)
  end
  return true
end

function calls.request(api, id, roll, expect)
  local method = ({ "GET", "POST", "PUT", "PATCH", "DELETE" })[roll(5)]
  local body = method ~= "GET" and { data = { type = "t", attributes = { echo = id } } } or nil
  local order = { method = method, path = "/custom/" .. id, body = body, headers = { ["X-Here"] = id } }
  local document, info = api:request(order)
  if not document then return nil, info end
  expect(dig(document, "meta", "echo") == id, "echo " .. id, dig(document, "meta", "echo"))
  expect(dig(document, "meta", "method") == method, method, dig(document, "meta", "method"))
  expect(dig(info, "status") == 200, "status 200", dig(info, "status"))
  return true
end

function calls.fetch(api, id, roll, expect)
  local document, err = api:fetch("/things/" .. id, random_query(roll))
  if not document then return nil, err end
  if document ~= true then expect_thing(expect, dig(document, "data"), id) end
  return true
end

function calls.describe(api, id, roll, expect)
  local found, err = api:describe("/things/" .. id, random_query(roll))
  if not found then return nil, err end
  expect(dig(found, "count") == 1, "one resource", dig(found, "count"))
  expect(dig(found, "attributes", "echo", "example") == id, "echo " .. id, tostring(found))
  return true
end

return calls

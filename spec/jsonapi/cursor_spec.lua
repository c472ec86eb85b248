-- Cursors: continuing a list, also in another process, and invalid cursors.

local core = require "harnest.core"
local scheduler = require "harnest.scheduler"
local child = require "spec.support.child"
local lists = require "spec.support.lists"
local sandbox = require "spec.support.sandbox"

local client, expect_end, raised = lists.client, lists.expect_end, lists.raised
local sb = sandbox.get()
local api

lists.hook(before_each, after_each, function(opened) api = opened end)

describe("a cursor", function()
  local query = { page = { size = 10 }, filter = { status = 1 } } -- the 400 contracts 1, 6, 11, …

  local function id_after(count)
    return tostring(5 * count + 1)
  end

  it("continues exactly where it was taken", function()
    for _, taken in ipairs { 0, 1, 5, 9, 10, 11, 399, 400 } do
      local iterator = api:list("contracts", query)
      for _ = 1, taken do
        assert(iterator:next())
      end
      local cursor = iterator:cursor()
      assert.equal("string", type(cursor))
      iterator:close()
      local other = client()
      local count = taken
      for resource in other:list("contracts", { after = cursor }) do
        assert.equal(id_after(count), resource.id)
        count = count + 1
        if count == taken + 25 then break end
      end
      assert.equal(math.min(400, taken + 25), count)
      other:close()
    end
  end)

  it("may be taken at the end, more than once", function()
    local iterator = api:list("contracts", query)
    local count = 0
    for _ in iterator do
      count = count + 1
    end
    assert.equal(400, count)
    local cursor = iterator:cursor()
    assert.equal(cursor, iterator:cursor())
    expect_end(api:list("contracts", { after = cursor }))
  end)

  it("may be combined with the query it was taken in, but with no other query", function()
    local taken_in = { filter = { status = 2 }, sort = "title", include = "owner" }
    local iterator = api:list("contracts", taken_in, { page = { size = 5 } })
    for _ = 1, 7 do assert(iterator:next()) end
    local cursor, following = iterator:cursor(), iterator:next().id
    local alone = { after = cursor }
    for _, beside in ipairs { {}, taken_in, { page = { size = 9 } }, { limit = 1, concurrency = 2 } } do
      assert.equal(following, assert(api:first("contracts", beside, alone)).id)
    end
    local again = api:list("contracts", alone)
    again:next()
    local later = again:cursor() -- taken without the query
    assert.equal(again:next().id, assert(api:first("contracts", taken_in, { after = later })).id)
    for _, other in ipairs { { filter = { status = 1 } }, { sort = "title" }, { include = "owner" },
      { params = { a = 1 } }, { fields = { contracts = "title" } } } do
      for _, one in ipairs { cursor, later } do
        assert.matches("query%.after: this cursor was taken in a listing with another filter, sort, include",
          raised(api.list, api, "contracts", other, { after = one }))
      end
    end
  end)

  it("may be taken from a list that started at a cursor", function()
    local cursor, seen = nil, 0
    for _ = 1, 12 do
      local iterator = api:list("contracts", query, { after = cursor })
      for _ = 1, 7 do
        assert.equal(id_after(seen), iterator:next().id)
        seen = seen + 1
      end
      cursor = iterator:cursor()
      iterator:close()
    end
    local fresh = api:list("contracts", { after = cursor })
    assert.equal(cursor, fresh:cursor())
    scheduler.wait_until(api, core.listing_ready, fresh, core.listing_cancel)
    assert.equal(cursor, fresh:cursor()) -- the first page has arrived, but nothing was taken
    assert.equal(id_after(84), fresh:next().id)
  end)

  it("is valid in another process", function()
    local iterator = api:list("contracts", query)
    for _ = 1, 25 do
      assert(iterator:next())
    end
    local printed = child.run([[
      local url, token, cursor = ...
      local api = require "harnest".new { url = url, token = token }
      for contract in api:list("contracts", { after = cursor, limit = 3 }) do
        print(contract.id)
      end
    ]], sb.url, sb.token, iterator:cursor())
    assert.equal("126\n131\n136\n", printed)
  end)

  it("restarts the limit, and works for pages", function()
    local iterator = api:list("contracts", query, { limit = 12 })
    for _ = 1, 12 do
      assert(iterator:next())
    end
    local cursor = iterator:cursor()
    local rest = assert(api:all("contracts", { after = cursor, limit = 10 }))
    assert.equal(10, #rest)
    assert.equal(id_after(12), rest[1].id)
    local pages = api:pages("contracts", { after = cursor })
    local page = pages:next()
    assert.equal(8, #page)
    assert.equal(id_after(12), page.data[1].id)
    assert.equal(8, #page.data)
    assert.equal(10, #pages:next())
    assert.equal(388, (api:count("contracts", { after = cursor })))
  end)

  it("of pages continues with the next page", function()
    local pages = api:pages("contracts", query)
    pages:next()
    pages:next()
    local cursor = pages:cursor()
    pages:close()
    assert.equal(id_after(20), api:list("contracts", { after = cursor }):next().id)
  end)

  it("contains neither the server's name nor the token", function()
    local iterator = api:list "contracts"
    iterator:next()
    local cursor = iterator:cursor()
    assert.is_nil(cursor:find("127.0.0.1", 1, true))
    assert.is_nil(cursor:find(sb.token, 1, true))
    iterator:close()
    assert.equal(cursor, iterator:cursor())
  end)

  it("that is damaged or belongs to another list raises a usage error for query.after", function()
    local iterator = api:list("contracts", query)
    assert.equal("1", iterator:next().id)
    local cursor = iterator:cursor()
    local bad = { "x", "nonsense", ":", cursor .. "&a=b", cursor .. " ", cursor:upper(), cursor .. "\127" }
    for i = 1, #cursor do
      bad[#bad + 1] = cursor:sub(1, i - 1) .. "~" .. cursor:sub(i + 1)
      bad[#bad + 1] = cursor:sub(1, i - 1) .. cursor:sub(i + 1)
      bad[#bad + 1] = i > 1 and cursor:sub(1, i - 1) or nil
    end
    for _, damaged in ipairs(bad) do
      assert.matches("query%.after", raised(api.list, api, "contracts", { after = damaged }), damaged)
    end
    assert.matches("query%.after.*another", raised(api.list, api, "people", { after = cursor }))
    assert.equal(0, #sb:requests "people")
  end)
end)

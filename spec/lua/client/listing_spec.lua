-- Lists, read to their end: api:list.

local core = require "harnest.core"
local lists = require "spec.support.lists"
local sandbox = require "spec.support.sandbox"

local CONTRACTS, asked, client, expect = lists.CONTRACTS, lists.asked, lists.client, lists.expect
local expect_end, raised = lists.expect_end, lists.raised
local sb = sandbox.get()
local api

lists.hook(before_each, after_each, function(opened) api = opened end)

describe("api:list", function()
  it("returns each of 2,000 resources once and in order, in 134 requests over one "
    .. "connection", function()
    local count = 0
    for resource, page in api:list "contracts" do
      count = count + 1
      assert.equal(tostring(count), resource.id)
      assert.equal("contracts", resource.type)
      assert.equal(math.ceil(count / 15), page.number)
    end
    assert.equal(CONTRACTS, count)
    local requests = sb:requests "contracts"
    assert.equal(134, #requests)
    assert.equal(134, api:stats().requests)
    assert.is_true(api:stats().connections <= 1) -- 0 if one was open
    for _, request in ipairs(requests) do
      assert.equal(requests[1].connection, request.connection)
    end
  end)

  it("accepts paths and links instead of a type", function()
    for _, target in ipairs { "people/1/contracts", "/people/1/contracts", sb.url .. "/people/1/contracts" } do
      local ids = {}
      for contract in api:list(target, { page = { size = 10 } }) do
        ids[#ids + 1] = tonumber(contract.id)
      end
      assert.equal(16, #ids)
      assert.equal(120, ids[1])
      assert.equal(240, ids[2])
    end
    expect(api:list({ href = sb.url .. "/contracts" }), 1, 20)
  end)

  it("merges several queries", function()
    local only = { filter = { status = 1 } }
    local resources = assert(api:all("contracts", only, { filter = { archived = true } }, { limit = 3 }))
    assert.equal("6 21 36", ("%s %s %s"):format(resources[1].id, resources[2].id, resources[3].id))
  end)

  it("requests no more pages than a limit needs", function()
    for limit, requests in pairs { [1] = 1, [14] = 1, [15] = 1, [16] = 2, [20] = 2, [30] = 2, [31] = 3 } do
      sb:mark()
      local count = 0
      for resource in api:list("contracts", { limit = limit }) do
        count = count + 1
        assert.equal(tostring(count), resource.id)
      end
      assert.equal(limit, count)
      assert.equal(requests, asked(), limit)
    end
  end)

  it("accepts a limit beyond the list's end", function()
    local iterator = api:list("companies", { limit = 1000, page = { size = 25 } })
    for id = 1, 40 do
      assert.equal(tostring(id), iterator:next().id)
    end
    expect_end(iterator)
    assert.equal(2, api:stats().requests)
  end)

  it("returns nothing from an empty list", function()
    expect_end(api:list "empties")
    assert.equal(1, api:stats().requests)
  end)

  it("accepts a response that is one resource or null", function()
    local iterator = api:list "contracts/10/owner"
    assert.equal("people", iterator:next().type)
    expect_end(iterator)
    expect_end(api:list "contracts/10/company")
    assert.equal(2, api:stats().requests)
  end)

  it("prefetches as many pages as set", function()
    for _, prefetch in ipairs { 0, 1, 3 } do
      local eager = client { prefetch = prefetch }
      sb:mark()
      local iterator = eager:list("contracts", { page = { size = 40 } })
      expect(iterator, 1, 1)
      assert.is_true(eager:stats().requests <= 1 + prefetch)
      expect(iterator, 2, CONTRACTS - 1)
      expect_end(iterator)
      assert.equal(51, asked()) -- the last page is full, and nothing states that it is the last
      assert.equal(51, eager:stats().requests)
      eager:close()
    end
  end)

  it("requests the second page after the first resource was taken, in a blocking script", function()
    local own = client()
    local list = own:list("contracts", { page = { size = 2 } })
    list:next()
    assert.equal(1, own:stats().requests)
    list:next()
    assert.equal(2, own:stats().requests)
    list:close()
    own:close()
  end)

  it("fails if it is cancelled before its next request", function()
    local own = client { prefetch = 0 }
    local list = own:list("contracts", { page = { size = 2 } })
    list:next()
    core.listing_cancel(list)
    assert.equal("2", list:next().id)
    local resource, err = list:next()
    assert.is_nil(resource)
    assert.equal("cancelled", err.kind)
    assert.equal(1, own:stats().requests)
    own:close()
  end)

  it("sends no request before its first use", function()
    local iterator = api:list "contracts"
    assert.equal(0, api:stats().requests)
    iterator:close()
    expect_end(iterator)
    assert.equal(0, asked())
  end)

  it("raises usage errors that name the argument", function()
    assert.matches("query.limit", raised(api.list, api, "contracts", { limit = 0 }))
    assert.matches('query.limt: unknown; did you mean limit', raised(api.list, api, "contracts", { limt = 1 }))
    assert.matches("list: type: expected a type, path or link, got nil", raised(api.list, api))
    assert.matches("list: type: expected a type, path or link, got 5", raised(api.list, api, 5))
    assert.matches("query", raised(api.list, api, "contracts", "title"))
  end)

  it("can be read alternately with another", function()
    local contracts, people = api:list "contracts", api:list "people"
    for id = 1, 120 do
      expect(contracts, id, 1)
      local person = people:next()
      assert.equal("people", person.type)
      assert.equal(tostring(id), person.id)
    end
    expect_end(people)
    expect(contracts, 121, 30)
  end)

  it("allows other calls in the loop, also over one connection", function()
    local narrow = client { max_connections = 1 }
    local count = 0
    for contract in narrow:list("contracts", { limit = 40 }) do
      count = count + 1
      assert.equal(contract.id, assert(narrow:get("contracts", contract.id)).id)
    end
    assert.equal(40, count)
    local requests = sb:requests "contracts"
    assert.equal(43, #requests)
    for _, request in ipairs(requests) do
      assert.equal(requests[1].connection, request.connection)
    end
    narrow:close()
  end)

  it("holds no more than a few pages in memory #slow", function()
    local count, most = 0, 0
    collectgarbage()
    local before = collectgarbage "count"
    for resource in api:list("bulk", { page = { size = 500 }, limit = 50000 }) do
      count = count + 1
      if resource.id ~= tostring(count) then
        error("expected " .. count .. ", got " .. resource.id)
      end
      if count % 500 == 0 then
        most = math.max(most, collectgarbage "count")
      end
    end
    assert.equal(50000, count)
    -- all pages would take 50 MiB more; the collector lets the heap double before a cycle and grow
    -- during it
    assert.is_true(most < 3 * before + 20 * 1024, before .. " KiB became " .. most)
    collectgarbage()
    collectgarbage()
    assert.is_true(collectgarbage "count" - before < 1024)
  end)
end)

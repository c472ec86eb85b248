-- api:pages: pages as sequences of their resources, with the members of their documents.

local harnest = require "harnest"
local lists = require "spec.support.lists"
local sandbox = require "spec.support.sandbox"

local CONTRACTS, client, expect_end = lists.CONTRACTS, lists.client, lists.expect_end
local sb = sandbox.get()
local api

lists.hook(before_each, after_each, function(opened) api = opened end)

describe("api:pages", function()
  it("returns pages with all members of their documents", function()
    local other = client { url = sb:shape "laravel" }
    local seen = 0
    for page, nothing in other:pages("contracts", { page = { size = 30 }, include = "owner", limit = 70 }) do
      seen = seen + 1
      assert.is_nil(nothing)
      assert.equal(seen, page.number)
      assert.equal(67, page.last)
      assert.equal(CONTRACTS, page.total)
      assert.equal(seen < 3 and 30 or 10, #page)
      assert.equal(#page, #page.data)
      assert.equal(tostring(seen * 30 - 29), page.data[1].id)
      assert.equal("people", page.included[1].type)
      assert.equal(seen, page.meta.current_page)
      assert.matches("page%%5Bnumber%%5D=" .. seen + 1, page.links.next)
      assert.equal(page.data, page.data)
      assert.is_nil(page.nothing)
    end
    assert.equal(3, seen)
    assert.equal(3, other:stats().requests)
    other:close()
  end)

  it("returns pages that are sequences of their resources", function()
    for _, view in ipairs { false, true } do
      local query = { page = { size = 20 }, limit = 30, view = view or nil }
      local counts = {}
      for page in api:pages("contracts", query) do
        for i = 1, #page do
          assert.equal(page.data[i], page[i])
          assert.equal(page.data[i].id, page[i].id)
        end
        counts[#counts + 1] = #page
        for _, other in ipairs { 0, -1, #page + 1, 1.5, math.huge, 2 ^ 53, 0 / 0 } do
          assert.is_nil(page[other])
        end
      end
      assert.same({ 20, 10 }, counts)
    end
    assert.equal("people", api:pages("contracts/10/owner"):next()[1].type)
    assert.is_nil(api:pages("contracts/10/owner"):next()[2])
    assert.is_nil(api:pages("contracts/10/company"):next()[1])
    assert.is_nil(api:pages("empties"):next()[1])
  end)

  -- Lua 5.1 has no __ipairs; LuaJIT has it if it is built with Lua 5.2 compatibility, as it has __len of tables
  local has_ipairs = _VERSION ~= "Lua 5.1" or #setmetatable({}, { __len = function() return 1 end }) == 1
  it(("returns pages which ipairs %s"):format(has_ipairs and "iterates over" or "does not take in this Lua"), function()
    local page, ids = api:pages("contracts", { page = { size = 3 } }):next(), {}
    if not has_ipairs then
      assert.is_false((pcall(ipairs, page)))
      return
    end
    for i, resource in ipairs(page) do
      assert.equal(page.data[i], resource)
      ids[i] = resource.id
    end
    assert.same({ "1", "2", "3" }, ids)
    for _, resource in ipairs(api:pages("contracts/10/owner"):next()) do ids[#ids + 1] = resource.type end
    assert.equal("people", ids[4])
    for _, place in ipairs { "contracts/10/company", "empties" } do
      for _ in ipairs(api:pages(place):next()) do error "a resource" end
    end
  end)

  it("keeps unknown members", function()
    local other = client { url = sb:shape "laravel-raw" }
    local page = other:pages("contracts", { params = { per_page = 30 } }):next()
    assert.equal(30, page.per_page)
    assert.equal(1, page.current_page)
    assert.equal(CONTRACTS, page.total)
    assert.is_nil(page.links.next)
    other:close()
  end)

  it("has the last page's number if stated", function()
    local last
    for page in api:pages("companies", { page = { size = 30 } }) do
      last = page
      assert.is_nil(page.total)
    end
    assert.equal(2, last.number)
    assert.equal(2, last.last)
    assert.equal(10, #last)
    assert.is_nil(last.meta)
    assert.is_nil(last.links)
  end)

  it("returns a page for an empty list, for one resource and for null", function()
    local pages = api:pages "empties"
    local page = pages:next()
    assert.equal(0, #page)
    assert.same({}, page.data)
    assert.is_true(harnest.is_array(page.data))
    expect_end(pages)
    page = api:pages("contracts/10/owner"):next()
    assert.equal(1, #page)
    assert.equal("people", page.data.type)
    page = api:pages("contracts/10/company"):next()
    assert.equal(0, #page)
    assert.equal(harnest.null, page.data)
  end)

  it("returns pages that outlive their list and client", function()
    local pages = {}
    for page in api:pages("contracts", { page = { size = 20 }, limit = 60, include = "owner" }) do
      pages[#pages + 1] = page
    end
    api:close()
    collectgarbage()
    assert.equal(3, #pages)
    assert.equal("41", pages[3].data[1].id)
    assert.equal("people", pages[3].data[1]:related("owner").type)
  end)
end)

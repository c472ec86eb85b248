-- Rows: the values of columns, as api:rows yields them. Loops are in integration/loop/.

local fixture = require "spec.support.rows_fixture"
local harnest = require "harnest"
local lists = require "spec.support.lists"
local sandbox = require "spec.support.sandbox"

local CONTRACTS = lists.CONTRACTS
local collect = fixture.collect
local sb = sandbox.get()

describe("api:rows", function()
  local api
  lists.hook(before_each, after_each, function(opened) api = opened end)

  it("yields the values that api:list has, of 2,000 resources, in 134 requests #slow", function()
    local columns = {
      "id", "type", "title", "status", "amount", "big", "tags", "details", "archived", "note", "details.pages",
      "owner.id", "owner.type", "company.id",
    }
    local expected = {}
    for contract in api:list "contracts" do
      local attributes = contract.attributes
      local function value(name)
        local found = attributes[name]
        if found ~= harnest.null then
          return found
        end
      end
      local details = value "details"
      local owner, company = contract.relationships.owner.data, contract.relationships.company.data
      local pages = details and details.pages
      expected[#expected + 1] = {
        n = #columns, contract.id, contract.type, value "title", value "status", value "amount", value "big",
        value "tags", details, value "archived", value "note", pages ~= harnest.null and pages or nil,
        owner ~= harnest.null and owner.id or nil, owner ~= harnest.null and owner.type or nil,
        company ~= harnest.null and company.id or nil,
      }
    end
    assert.equal(CONTRACTS, #expected)
    sb:mark()
    local rows, err = collect((api:rows("contracts", columns)))
    assert.is_nil(err)
    assert.equal(CONTRACTS, #rows)
    for i, row in ipairs(rows) do
      assert.same(expected[i], row)
      if row[7] then
        assert.is_true(harnest.is_array(row[7]))
      end
    end
    assert.equal(134, #sb:requests "contracts")
  end)

  it("yields in a for loop, and accepts paths and links", function()
    for _, place in ipairs { "people/1/contracts", "/people/1/contracts", sb.url .. "/people/1/contracts" } do
      local seen = {}
      for id, title in api:rows(place, { "id", "title" }, { page = { size = 10 } }) do
        seen[#seen + 1] = id
        assert.is_string(title)
      end
      assert.equal(16, #seen)
      assert.equal("240", seen[2])
    end
  end)

  it("yields exactly as many values as there are columns", function()
    for _, columns in ipairs { { "id" }, { "id", "note" }, { "id", "id", "note", "title", "note" } } do
      local iterator = api:rows("contracts", columns, { limit = 1 })
      assert.equal(#columns, select("#", iterator:next()))
      local values = select("#", iterator:next())
      assert.equal(1, values) -- nil at the end
    end
    local names = {}
    for i = 1, 200 do
      names[i] = i % 2 == 0 and "title" or "id"
    end
    assert.equal(200, select("#", (api:rows("contracts", names, { limit = 1 })):next()))
  end)

  it("yields a first value of false", function()
    local count = 0
    for archived in api:rows("contracts", { "archived" }, { limit = 20 }) do
      assert.is_boolean(archived)
      count = count + 1
    end
    assert.equal(20, count)
    api:rows("contracts", { "archived" }, { limit = 20 }):each(function() count = count + 1 end)
    assert.equal(40, count)
  end)

  it("accepts a response that is one resource or null, and an empty list", function()
    local rows = collect((api:rows("contracts/10/owner", { "id", "name" })))
    assert.equal(1, #rows)
    assert.equal("people", api:get("contracts/10/owner").type)
    assert.same({}, collect((api:rows("contracts/10/company", { "id", "name" }))))
    assert.same({}, collect((api:rows("empties", { "id", "nothing.at.all" }))))
  end)

  it("merges its queries, and compares exactly", function()
    local query = { filter = { title = "NDA" }, exact = true }
    local listed = assert(api:all("contracts", query, { page = { size = 500 } }))
    local rows, err = collect((api:rows("contracts", { "id", "title" }, query, { page = { size = 500 } })))
    assert.is_nil(err)
    assert.equal(#listed, #rows)
    local only = collect((api:rows("contracts", { "id" }, { filter = { status = 1 } }, { filter = { archived = true } },
      { limit = 3 })))
    assert.equal("6 21 36", ("%s %s %s"):format(only[1][1], only[2][1], only[3][1]))
  end)

  it("requests pages at once with concurrency, in order", function()
    local own = lists.client { url = sb:at("shape/laravel", "max/100") }
    local rows, err = collect((own:rows("contracts", { "id", "owner.name" },
      { page = { size = 100, number = 1 }, concurrency = 4 })))
    assert.is_nil(err)
    assert.equal(CONTRACTS, #rows)
    for i, row in ipairs(rows) do
      assert.equal(tostring(i), row[1])
    end
    own:close()
  end)

  it("works for derived clients and collections", function()
    local derived = api:with { timeout = 5 }
    local rows = collect((derived:rows("contracts", { "id", "title" }, { limit = 3 })))
    local scope = collect((api:collection("contracts"):limit(3):rows({ "id", "title" })))
    local more = collect((api:collection("contracts"):rows({ "id", "title" }, { limit = 3 })))
    assert.equal(3, #rows)
    assert.same(rows, scope)
    assert.same(rows, more)
    derived:close()
  end)
end)

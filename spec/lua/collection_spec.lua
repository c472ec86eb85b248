-- Collections: queries built step by step.

local harnest = require "harnest"
local usage_error = require "spec.support.usage_error"
local sandbox = require "spec.support.sandbox"

local sb = sandbox.get()
local api, contracts

setup(function()
  api = harnest.new { url = sb.url, token = sb.token, dialect = "jsonapi" }
  contracts = api:collection "contracts"
end)

teardown(function() api:close() end)

before_each(function() sb:mark() end)

local function unescape(text)
  return (text:gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

-- The query of the first request of a list of the scope
local function query_of(scope)
  sb:mark()
  local iterator = scope:list()
  iterator:next()
  iterator:close()
  return unescape(sb:requests()[1].uri:match "%?(.*)$" or "")
end

local function ids(resources)
  local list = {}
  for i, resource in ipairs(resources) do
    list[i] = resource.id
  end
  return table.concat(list, " ")
end

describe("a collection", function()
  it("is never changed by its steps", function()
    local steps = {
      function(c) return c:where { status = 1 } end,
      function(c) return c:sort "title" end,
      function(c) return c:include "owner" end,
      function(c) return c:fields { contracts = "title" } end,
      function(c) return c:page_size(7) end,
      function(c) return c:limit(3) end,
      function(c) return c:query { filter = { archived = true } } end,
    }
    local scope = contracts
    for _, step in ipairs(steps) do
      local before = query_of(scope)
      local next_scope = step(scope)
      assert.are_not.equal(scope, next_scope)
      assert.equal(before, query_of(scope))
      scope = next_scope
    end
    assert.equal("", query_of(contracts))
    assert.equal("fields[contracts]=title&filter[archived]=true&filter[status]=1&include=owner&page[size]=7&sort=title",
      query_of(scope))
  end)

  it("does not change with a table passed to a step", function()
    local filter, paths = { status = 1 }, { "owner" }
    local scope = contracts:where(filter):include(paths)
    filter.status, filter.archived, paths[1] = 2, true, "company"
    assert.equal("filter[status]=1&include=owner", query_of(scope))
  end)

  it("merges filters, key by key", function()
    local scope = contracts:where { status = 1, archived = true }:where { status = 2 }
    scope = scope:where { owner = { name = "Ada" } }
    assert.equal("filter[archived]=true&filter[owner][name]=Ada&filter[status]=2", query_of(scope))
    scope = scope:where { owner = { email = "x" } }
    assert.equal("filter[archived]=true&filter[owner][email]=x&filter[owner][name]=Ada&filter[status]=2",
      query_of(scope))
  end)

  it("rejects arrays of arrays for include, even one that contains itself", function()
    local itself = {}
    itself[1] = itself
    for _, wrong in ipairs { itself, { { "owner" } } } do
      assert.equal("query.include[1]: expected string, got table", usage_error(function()
        contracts:include(wrong)
      end))
    end
  end)

  it("rejects include as a table of names and values", function()
    assert.equal(usage_error(harnest.query, { include = { owner = true } }),
      usage_error(contracts.include, contracts, { owner = true }))
  end)

  it("adds to include in every notation", function()
    local scope = contracts:include "owner":include("company", "signers"):include { "owner.manager" }
    assert.equal("include=owner,company,signers,owner.manager", query_of(scope))
    assert.equal("include=owner,company", query_of(contracts:query { include = "owner" }:include "company"))
    assert.equal("include=owner,company", query_of(contracts:include "owner,company"))
    assert.equal("include=owner,company,signers", query_of(contracts:include "owner,company":include "signers"))
    assert.equal("include=owner", query_of(contracts:include "":include "owner"))
    assert.equal("include=", query_of(contracts:include ""))
  end)

  it("replaces sort and page size", function()
    assert.equal("sort=status,title", query_of(contracts:sort "big":sort("status", "title")))
    assert.equal("sort=title", query_of(contracts:sort("status", "title"):sort { "title" }))
    assert.equal("page[size]=9", query_of(contracts:page_size(5):page_size(9)))
  end)

  it("takes fields for each type", function()
    local scope = contracts:include "owner":fields { contracts = { "title", "owner" } }:fields { people = "name" }
    assert.equal("fields[contracts]=title,owner&fields[people]=name&include=owner", query_of(scope))
    local contract = assert(scope:first())
    assert.is_nil(contract.attributes.status)
    assert.is_nil(contract:related("owner").attributes.email)
  end)

  it("reads as its client does", function()
    local open = contracts:where { status = 1 }:sort "big":include "owner":page_size(50):limit(120)
    local count = 0
    for contract, page in open:list() do
      count = count + 1
      assert.equal(1, contract.attributes.status)
      assert.equal(math.ceil(count / 50), page.number)
      assert.equal("people", contract:related("owner").type)
    end
    assert.equal(120, count)
    local sizes = {}
    for page in open:pages() do
      sizes[#sizes + 1] = #page
    end
    assert.same({ 50, 50, 20 }, sizes)
    assert.equal(120, #assert(open:all()))
    assert.equal(120, open:count())
    assert.equal(1, assert(open:first()).attributes.status)
  end)

  it("takes further queries when read", function()
    local open = contracts:where { status = 1 }
    assert.equal("6 21 36", ids(assert(open:all({ filter = { archived = true } }, { limit = 3 }))))
    assert.equal("2 7", ids(assert(open:all { filter = { status = 2 }, limit = 2 })))
    assert.equal("6", assert(open:first { filter = { archived = true } }).id)
    assert.equal(133, open:count { filter = { archived = true }, page = { size = 500 } })
    assert.equal("1 6", ids(assert(open:all { limit = 2 })))
  end)

  it("gets one resource with the scope's include but without its filter", function()
    local scope = contracts:where { status = 1 }:include "owner":fields { people = "name" }:limit(2):page_size(2)
    local contract = assert(scope:get(7))
    assert.equal("7", contract.id)
    assert.is_string(contract:related("owner").attributes.name)
    assert.equal("fields[people]=name&include=owner", unescape(sb:requests()[1].uri:match "%?(.*)$"))
    assert.equal("companies", assert(scope:get(7, { include = "company" })):related("company").type)
    local nothing, err = scope:get(99999)
    assert.is_nil(nothing)
    assert.equal("not_found", err.kind)
  end)

  it("may start from a path or a link", function()
    assert.equal(3, api:collection("contracts/3/signers"):count())
    assert.equal("16", (ids(assert(api:collection(sb.url .. "/contracts/3/signers"):limit(1):all())):gsub("17", "16")))
    assert.equal("7", assert(api:collection("/contracts"):get(7)).id)
  end)

  it("works with cursors", function()
    local open = contracts:where { status = 1 }:page_size(4)
    local iterator = open:list()
    for _ = 1, 6 do
      iterator:next()
    end
    assert.equal("31", assert(open:first { after = iterator:cursor() }).id)
    assert.equal("31 36", ids(assert(open:limit(2):all { after = iterator:cursor() })))
  end)

  it("raises for invalid query values at the step", function()
    local usage_errors = {
      { "where", 5, "query.filter" }, { "where", { f = print }, "query.filter.f" }, { "sort", 5, "query.sort" },
      { "sort", "a,,b", "query.sort" }, { "include", true, "query.include" },
      { "include", "a,,b", "query.include" }, { "include", { "a", 5 }, "query.include" },
      { "fields", { "title" }, "query.fields" },
      { "page_size", 0, "query.page.size" }, { "page_size", "many", "query.page.size" },
      { "limit", 0, "query.limit" }, { "limit", 1.5, "query.limit" }, { "query", { sortt = "x" }, "query.sortt" },
      { "query", 5, "query" },
    }
    for _, case in ipairs(usage_errors) do
      local fine, message = pcall(contracts[case[1]], contracts, case[2])
      assert.is_false(fine, case[1])
      assert.matches(case[3], message, 1, true)
    end
    assert.equal(0, #sb:requests())
  end)

  it("raises for an invalid target", function()
    for _, target in ipairs { false, 5, {}, "", "." } do
      local fine, message = pcall(function() return api:collection(target):first() end)
      assert.is_false(fine, tostring(target))
      assert.is_string(message)
    end
  end)
end)

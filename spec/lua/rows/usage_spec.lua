-- Usage errors of api:rows, and of the options of rows in other calls.

local fixture = require "spec.support.rows_fixture"
local harnest = require "harnest"
local lists = require "spec.support.lists"
local usage_error = require "spec.support.usage_error"

local collect = fixture.collect

describe("usage errors of api:rows", function()
  local api
  lists.hook(before_each, after_each, function(opened) api = opened end)

  local too_many, long = {}, ("a."):rep(16) .. "a"
  for i = 1, 201 do
    too_many[i] = "id"
  end
  local EXPECTED = 'rows: columns: expected an array of strings, such as {"id", "title"}, got '
  local cases = {
    { "no columns", EXPECTED .. "nil" },
    { "several strings", EXPECTED .. "string", "id", "title" },
    { "a query", EXPECTED .. "a table of names and values", { filter = {} } },
    { "an empty array", EXPECTED .. "an empty table", {} },
    { "holes", EXPECTED .. "an array with holes", { "id", nil, "title" } },
    { "names beside columns", EXPECTED .. "a table with names and positions", { "id", limit = 3 } },
    { "a number", "rows: columns[2]: expected a string, got 1", { "id", 1 } },
    { "an array in it", "rows: columns[1]: expected a string, got table", { { "id" } } },
    { "an empty name", 'rows: columns[1]: expected names joined by dots, such as "owner.name", '
      .. 'but a name in "" is empty', { "" } },
    { "two dots", 'but a name in "owner..name" is empty', { "id", "owner..name" } },
    { "a dot first", 'but a name in ".name" is empty', { ".name" } },
    { "a dot last", 'but a name in "name." is empty', { "name." } },
    { "too many columns", "rows: columns: expected at most 200, got 201", too_many },
    { "too many names", "rows: columns[1]: expected at most 16 names joined by dots, got more", { long } },
    { "a query that is none", "query: expected a table, got string", { "id" }, "title" },
    { "a misspelt member", "query.sparce: unknown; did you mean sparse?", { "id" }, { sparce = true } },
    { "a wrong missing", 'query.missing: expected "error" or "nil", got "none"', { "id" }, { missing = "none" } },
    { "a wrong null", "query.null: expected harnest.null, got boolean", { "id" }, { null = true } },
    { "a wrong sparse", "query.sparse: expected true or false, got string", { "id" }, { sparse = "title" } },
  }
  for _, case in ipairs(cases) do
    it("name the argument: " .. case[1], function()
      local message = usage_error(api.rows, api, "contracts", case[3], case[4])
      assert.matches(case[2], message, 1, true)
    end)
  end

  it("name the type", function()
    assert.matches("rows: type: expected a type, path or link, got nil",
      usage_error(api.rows, api, nil, { "id" }), 1, true)
  end)

  it("refuse the options of rows in other calls", function()
    local calls = {
      function(query) return api:list("contracts", query) end,
      function(query) return api:pages("contracts", query) end,
      function(query) return api:all("contracts", query) end,
      function(query) return api:count("contracts", query) end,
      function(query) return api:first("contracts", query) end,
      function(query) return api:get("contracts", 1, query) end,
      function(query) return api:fetch("/contracts", query) end,
      function(query) return api:create("contracts", { attributes = { title = "x" } }, query) end,
      function(query) return api:collection("contracts"):query(query):list() end,
    }
    for _, call in ipairs(calls) do
      for name, value in pairs { null = harnest.null, missing = "nil", sparse = false } do
        assert.equal(("query.%s: expected in api:rows only"):format(name), usage_error(call, { [name] = value }))
      end
    end
    assert.equal(3, #collect((api:collection("contracts"):query { missing = "nil" }:rows({ "id" }, { limit = 3 }))))
  end)

  it("leave the columns as they are", function()
    local columns = { "id", "title" }
    local iterator = api:rows("contracts", columns, { limit = 2 })
    columns[1], columns[2], columns[3] = "note", 5, "x"
    local id, title, third = iterator:next()
    assert.equal("1", id)
    assert.is_string(title)
    assert.is_nil(third)
  end)
end)

-- api:rows with sparse = true: it requests the fields of its columns only.

local fixture = require "spec.support.rows_fixture"
local lists = require "spec.support.lists"
local sandbox = require "spec.support.sandbox"
local usage_error = require "spec.support.usage_error"

local collect, queries = fixture.collect, fixture.queries
local sb = sandbox.get()

describe("sparse = true", function()
  local api
  lists.hook(before_each, after_each, function(opened) api = opened end)

  local sparse = { sparse = true, limit = 3 }

  it("requests the fields with which the columns begin", function()
    local rows = collect((api:rows("contracts", { "id", "title", "details.pages", "title", "owner.id" }, sparse)))
    assert.equal(3, #rows)
    assert.is_string(rows[1][2])
    assert.is_string(rows[1][5])
    assert.same({ "fields[contracts]=title,details,owner" }, queries())
    sb:mark()
    assert.equal(3, #collect((api:rows("contracts", { "id", "type" }, sparse))))
    assert.same({ "fields[contracts]=" }, queries())
  end)

  it("reads included resources whole", function()
    local rows, err = collect((api:rows("contracts", { "id", "owner.name" }, sparse)))
    assert.is_nil(err)
    assert.is_string(rows[1][2])
    assert.same({ "fields[contracts]=owner", "fields[contracts]=owner&include=owner" }, queries())
  end)

  it("leaves the query's own fields alone", function()
    collect((api:rows("contracts", { "id", "title" }, sparse,
      { fields = { contracts = { "title", "note" }, people = "name" } })))
    assert.same({ "fields[contracts]=title,note&fields[people]=name" }, queries())
    sb:mark()
    collect((api:rows("contracts", { "id", "title" }, sparse, { fields = { people = "name" } })))
    assert.same({ "fields[contracts]=title&fields[people]=name" }, queries())
  end)

  it("never loses the fields of a related resource of the same type", function()
    local rows, err = collect((api:rows("people", { "id", "manager.name" }, { sparse = true })))
    assert.same({}, rows)
    assert.equal("refused", err.kind)
    assert.matches("sparse = true left out its value for people/", err.message, 1, true)
    assert.is_true(#collect((api:rows("people", { "id", "manager.name" }))) == 120)
  end)

  it("is a usage error for a path", function()
    assert.matches("query.sparse: expected with a type",
      usage_error(api.rows, api, "/people/1/contracts", { "id" }, sparse), 1, true)
  end)
end)

describe("api:rows of other documents", function()
  local scripted = fixture.scripted(setup, before_each, after_each, teardown)
  local play = scripted.play

  it("does not lose fields of related resources of the list's own type to sparse", function()
    play([=[[{"type":"things","id":"1","relationships":{"up":{"data":{"type":"box","id":"1"}}}},
      {"type":"things","id":"2","relationships":{"up":{"data":{"type":"things","id":"1"}}}}]]=],
      ',"included":[{"type":"box","id":"1","attributes":{"name":"B"}}]')
    local rows, err = collect((scripted.api:rows("things", { "id", "up.name" },
      { sparse = true, include = "up", limit = 9 })))
    assert.same({ { n = 2, "1", "B" } }, rows)
    assert.matches([[column "up.name": sparse = true left out its value for things/2; leave sparse out of the query]],
      err.message, 1, true)
  end)
end)

-- Columns of related resources: the include that api:rows adds, and included resources.

local fixture = require "spec.support.rows_fixture"
local harnest = require "harnest"
local lists = require "spec.support.lists"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"

local collect, queries = fixture.collect, fixture.queries
local sb = sandbox.get()

describe("a column", function()
  local api
  lists.hook(before_each, after_each, function(opened) api = opened end)

  it("of an included resource adds the include when a page shows the relationship", function()
    local names = {}
    for contract in api:list("contracts", { include = "owner", limit = 20 }) do
      names[contract.id] = contract:related("owner").attributes.name
    end
    sb:mark()
    local count = 0
    for id, name in api:rows("contracts", { "id", "owner.name" }, { limit = 20 }) do
      assert.equal(names[id], name)
      count = count + 1
    end
    assert.equal(20, count)
    local asked = queries()
    assert.same({ "", "include=owner" }, { asked[1], asked[2] })
    assert.equal(3, #asked)
    assert.matches("include=owner", asked[3], 1, true)
  end)

  it("of a resource that another one includes adds both", function()
    local rows, err = collect((api:rows("contracts", { "id", "owner.company.name", "company.name" }, { limit = 5 })))
    assert.is_nil(err)
    for _, row in ipairs(rows) do
      local contract = assert(api:get("contracts", row[1], { include = { "owner.company", "company" } }))
      local company = contract:related "company"
      assert.equal(contract:related("owner"):related("company").attributes.name, row[2])
      assert.equal(company and company.attributes.name, row[3])
    end
  end)

  it("of a member within an attribute adds no include", function()
    local pages = fixture.column(api, "details.pages")
    assert.is_number(pages[1] or pages[2] or pages[3] or pages[4])
    assert.same({ "page[size]=20" }, queries())
  end)

  it("of a relationship's id or type adds no include", function()
    assert.equal(assert(api:get("contracts", 5)).relationships.owner.data.id, fixture.column(api, "owner.id")[5])
    assert.equal("people", fixture.column(api, "owner.type")[5])
    for _, query in ipairs(queries()) do
      assert.is_nil(query:find "include")
    end
  end)

  it("adds nothing to the query's own include", function()
    local rows = collect((api:rows("contracts", { "id", "owner.name" },
      { include = { "owner", "signers" }, limit = 3 })))
    assert.equal(3, #rows)
    assert.same({ "include=owner,signers" }, queries())
    for _, include in ipairs { "", {}, "company" } do
      local none, err = collect((api:rows("contracts", { "id", "owner.name" }, { include = include, limit = 3 })))
      assert.same({}, none)
      assert.equal("refused", err.kind)
      assert.matches([[column "owner.name": "owner" was not included; name it in the query's include]], err.message,
        1, true)
    end
    assert.equal(4, #queries())
  end)

  it("keeps the include of a link that has one", function()
    local rows, err = collect((api:rows("/contracts?include=signers", { "id", "owner.name", "signers.name" },
      { limit = 2 })))
    assert.is_nil(err)
    assert.is_string(rows[1][2])
    assert.equal("include=signers,owner", queries()[2])
  end)

  it("of a to-many relationship is an array", function()
    local contracts = assert(api:all("contracts", { include = "signers", limit = 20, page = { size = 20 } }))
    local ids, names = fixture.column(api, "signers.id"), fixture.column(api, "signers.name")
    local most = 0
    for i, contract in ipairs(contracts) do
      local signers = contract:related "signers" or {}
      assert.is_true(harnest.is_array(ids[i]))
      assert.is_true(harnest.is_array(names[i]))
      assert.equal(#signers, #ids[i])
      assert.equal(#signers, #names[i])
      for j, signer in ipairs(signers) do
        assert.equal(signer.id, ids[i][j])
        assert.equal(signer.attributes.name, names[i][j])
      end
      most = math.max(most, #signers)
    end
    assert.is_true(most > 1)
  end)
end)

describe("api:rows of other documents", function()
  local scripted = fixture.scripted(setup, before_each, after_each, teardown)
  local raw, play = scripted.raw, scripted.play
  local raw_rows, raw_row, raw_error = scripted.rows, scripted.row, scripted.error

  it("says that the server sent no linkage", function()
    local data = '[{"type":"t","id":"1","relationships":{"owner":{"links":{"related":"/o"}}}}]'
    assert.matches([[column "owner.id": the server sent no data for the relationship "owner"; ]]
      .. "add it to the query's include",
      raw_error({ "id", "owner.id" }, data), 1, true)
    for _, unstated in ipairs { "{}", "[]", "null" } do
      assert.matches("the server sent no data", raw_error({ "id", "owner.id" },
        '[{"type":"t","id":"1","relationships":{"owner":' .. unstated .. "}}]"), 1, true)
    end
  end)

  it("requests the include of a relationship without linkage, and says if that does not help", function()
    play '[{"type":"t","id":"1","relationships":{"owner":{"links":{"related":"/o"}}}}]'
    local _, name = raw_row({ "id", "owner.name" },
      '[{"type":"t","id":"1","relationships":{"owner":{"data":{"type":"p","id":"1"}}}}]',
      ',"included":[{"type":"p","id":"1","attributes":{"name":"Ann"}}]')
    assert.equal("Ann", name)
    assert.matches("include=owner", raw:requests(2)[2].path, 1, true)
    local data = '[{"type":"t","id":"1","relationships":{"owner":{"links":{"related":"/o"}}}}]'
    play(data)
    local message = raw_error({ "id", "owner.name" }, data)
    assert.matches([[the server sent no data for the relationship "owner" (missing]], message, 1, true)
  end)

  it("fails if the server ignores the include", function()
    local data = '[{"type":"t","id":"1","relationships":{"owner":{"data":{"type":"p","id":"1"}}}}]'
    play(data)
    assert.matches([["owner" was not included, though the request asked for it]],
      raw_error({ "id", "owner.name" }, data), 1, true)
    play(data)
    local id, name = raw_row({ "id", "owner.name" }, data, "", { missing = "nil" })
    assert.equal("1", id)
    assert.is_nil(name)
  end)

  it("requests an include late if the pages before show no such relationship", function()
    local function page(query, company, included)
      local next_page = query:find "n=2" and "null" or '"/t?include=owner&n=2"'
      local owner = query:find "n=2" and '{"type":"p","id":"1"}' or "null"
      return { match = "GET /t" .. query, rawserver.response(200, {}, ('{"data":[{"type":"t","id":"1","relationships":'
        .. '{"owner":{"data":%s}}}],"links":{"next":%s},"included":[{"type":"p","id":"1","relationships":'
        .. '{"company":{"data":%s}}}%s]}'):format(owner, next_page, company, included or "")) }
    end
    local company = '{"type":"c","id":"5"}'
    raw:play {
      page("", "null"),
      page("?include=owner", "null"),
      page("?include=owner&n=2", company),
      page("?include=owner%2Cowner.company&n=2", company, ',{"type":"c","id":"5","attributes":{"name":"ACME"}}'),
    }
    local rows, err = collect((scripted.api:rows("t", { "id", "owner.company.name" }, { null = harnest.null })))
    assert.is_nil(err)
    assert.same({ { n = 2, "1", harnest.null }, { n = 2, "1", "ACME" } }, rows)
    assert.equal(4, #raw:requests())
  end)

  it("fails if the link of a later page loses the include", function()
    local linkage = '"relationships":{"owner":{"data":{"type":"p","id":"1"}}}'
    raw:play {
      { rawserver.response(200, {}, '{"data":[{"type":"t","id":"1",' .. linkage .. '}]}') },
      { match = "GET /t?include=owner", rawserver.response(200, {}, '{"data":[{"type":"t","id":"1",' .. linkage
        .. '}],"included":[{"type":"p","id":"1","attributes":{"name":"Ann"}}],"links":{"next":"/t?n=2"}}') },
      { match = "GET /t?n=2", rawserver.response(200, {}, '{"data":[{"type":"t","id":"2",' .. linkage
        .. '}],"links":{"next":null}}') },
    }
    local rows, err = collect((scripted.api:rows("t", { "id", "owner.name" })))
    assert.same({ { n = 2, "1", "Ann" } }, rows)
    assert.equal("refused", err.kind)
    assert.matches([["owner" was not included, though]], err.message, 1, true)
  end)

  it("reads related resources from primary data, and leaves out those that are nowhere", function()
    local data = [=[[{"type":"p","id":"1","attributes":{"name":"A"},"relationships":{
        "boss":{"data":{"type":"p","id":"2"}},
        "team":{"data":[{"type":"p","id":"2"},{"type":"p","id":"8"},{"type":"p","id":"1"}]}}},
      {"type":"p","id":"2","attributes":{"name":null},"relationships":{
        "boss":{"data":{"type":"p","id":"9"}},"team":{"data":[]}}}]]=]
    local rows = assert(raw_rows({ "id", "boss.boss.id", "boss.name", "team.name", "team.id", "team.team.id" }, data,
      ',"included":[]', { include = "boss" }))
    local null = harnest.null
    local team = { "2", "8", "1" }
    assert.same({ n = 6, "1", "9", nil, { null, null, "A" }, team, { {}, null, team } }, rows[1])
    assert.same({ n = 6, "2", nil, nil, {}, {}, {} }, rows[2])
  end)

  it("fails if to-many relationships multiply without measure #slow", function()
    local identifier = '{"type":"p","id":"1"}'
    local team = (identifier .. ","):rep(1000) .. identifier
    local data = '[{"type":"p","id":"1","relationships":{"team":{"data":[' .. team .. "]}}}]"
    assert.equal(1001, #select(2, raw_row({ "id", "team.id" }, data)))
    for _, path in ipairs { "team.team.id", "team.team.team.team.team.nothing" } do
      assert.matches(('column "%s": p/1 has more than 1000000 related resources in a row'):format(path),
        raw_error({ "id", path }, data, ',"included":[]', { include = "team", missing = "nil" }), 1, true)
    end
  end)
end)

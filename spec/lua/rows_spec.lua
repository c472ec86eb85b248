-- Rows: the values of columns, as api:rows yields them. Loops are in integration/loop_spec.lua.

local harnest = require "harnest"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"
local usage_error = require "spec.support.usage_error"

local CONTRACTS = 2000
local unpack = table.unpack or unpack -- luacheck: ignore

local sb = sandbox.get()
local api, raw

local function client(more)
  local options = { url = sb.url, token = sb.token, dialect = "jsonapi" }
  for name, value in pairs(more or {}) do
    options[name] = value
  end
  return harnest.new(options)
end

-- The values of all rows, each row an array with its number of values as `n`, and the error
local function collect(iterator)
  local rows = {}
  local function take(...)
    if (...) == nil then
      return select("#", ...) > 1 and (select(2, ...)) or nil
    end
    rows[#rows + 1] = { n = select("#", ...), ... }
    return take(iterator:next())
  end
  local err = take(iterator:next())
  return rows, err
end

-- The decoded queries of the requests since the last mark, in order
local function queries()
  local list = {}
  for i, request in ipairs(sb:requests()) do
    assert.equal(200, request.status, request.uri)
    list[i] = (request.uri:match "%?(.*)$" or ""):gsub("%%(%x%x)", function(digits)
      return string.char(tonumber(digits, 16))
    end)
  end
  return list
end

-- The values of a column in the contracts of one page
local function column(name, query)
  local values = {}
  for id, value in api:rows("contracts", { "id", name }, { page = { size = 20 }, limit = 20 }, query) do
    values[tonumber(id)] = value
  end
  return values
end

-- Plays the only page, with these resources and what belongs beside `data`
local function play(data, beside)
  raw:play { { rawserver.response(200, {}, '{"data":' .. data .. ',"links":{"next":null}' .. (beside or "") .. "}") } }
end

-- The rows of one page of the raw server, and the error
local function raw_rows(columns, data, beside, query)
  play(data, beside)
  return collect((api:rows("things", columns, { params = { x = 1 }, limit = 9 }, query)))
end

-- The values of the only row
local function raw_row(...)
  local rows, err = raw_rows(...)
  assert(not err, err)
  assert.equal(1, #rows)
  return unpack(rows[1], 1, rows[1].n)
end

local function raw_error(...)
  local rows, err = raw_rows(...)
  assert.same({}, rows)
  assert.equal("refused", err.kind)
  return err.message
end

before_each(function()
  api = client()
  sb:mark()
end)

after_each(function()
  api:close()
end)

describe("api:rows", function()
  it("yields the values that api:list has, of 2,000 resources, in 134 requests", function()
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
    local own = client { url = sb:at("shape/laravel", "max/100") }
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

describe("a column", function()
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
    local pages = column "details.pages"
    assert.is_number(pages[1] or pages[2] or pages[3] or pages[4])
    assert.same({ "page[size]=20" }, queries())
  end)

  it("of a relationship's id or type adds no include", function()
    assert.equal(assert(api:get("contracts", 5)).relationships.owner.data.id, column("owner.id")[5])
    assert.equal("people", column("owner.type")[5])
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
    local ids, names = column "signers.id", column "signers.name"
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

  it("of null is nil, and harnest.null if the query says so", function()
    local notes, nulls, companies = column "note", column("note", { null = harnest.null }),
      column("company.id", { null = harnest.null })
    for i = 1, 20 do
      local contract = assert(api:get("contracts", i))
      local note, company = contract.attributes.note, contract.relationships.company.data
      assert.equal(note ~= harnest.null and note or nil, notes[i])
      assert.equal(note, nulls[i])
      assert.equal(company == harnest.null and harnest.null or company.id, companies[i])
    end
    assert.is_nil(notes[3])
  end)

  it("that no resource has is an error that names the nearest names", function()
    local cases = {
      { "titel", [[column "titel": no resource of the page has "titel"; did you mean "title"?]] },
      { "CreatedAt", [[did you mean "created_at"?]] },
      { "zzz", [["zzz"; known names: id, type, title, status, amount, big, tags, details, archived, note, ]]
        .. "created_at, owner, company, signers" },
      { "owner.nam", [[column "owner.nam": nothing on the page has "nam" in "owner"; did you mean "name"?]] },
      { "details.page", [[nothing on the page has "page" in "details"; did you mean "pages"?]] },
      { "title.x", [[nothing on the page has "x" in "title"]] },
      { "owner", [[column "owner": "owner" is a relationship; add what to read of it, such as ".id"]] },
      { "meta.x", [[no resource of the page has "meta"]] },
    }
    for _, case in ipairs(cases) do
      local iterator = api:rows("contracts", { "id", case[1] })
      local value, err = iterator:next()
      assert.is_nil(value)
      assert.equal("refused", err.kind)
      assert.is_false(err.retryable)
      assert.matches(case[2], err.message, 1, true)
      assert.matches("/contracts", err.url, 1, true)
      assert.equal(err.message, select(2, iterator:next()).message)
      local fine, raised = pcall(function()
        for _ in api:rows("contracts", { "id", case[1] }) do error "a row" end
      end)
      assert.is_false(fine)
      assert.equal("refused", raised.kind)
      local values = column(case[1], { missing = "nil" })
      assert.is_nil(next(values))
    end
  end)
end)

describe("sparse = true", function()
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

describe("an iterator over rows", function()
  it("passes its values to each", function()
    local seen = {}
    api:rows("contracts", { "id", "note", "title", "note" }, { limit = 20 }):each(function(...)
      assert.equal(4, select("#", ...))
      seen[#seen + 1] = (...)
    end)
    assert.equal(20, #seen)
    local fine, err = pcall(function() api:rows("contracts", { "titel" }):each(print) end)
    assert.is_false(fine)
    assert.equal("refused", err.kind)
    assert.matches("each: expected a function, got nil", usage_error((api:rows("contracts", { "id" })).each,
      (api:rows("contracts", { "id" }))), 1, true)
  end)

  it("continues behind its last row, also with other columns", function()
    local iterator = api:rows("contracts", { "id", "owner.name" })
    local expected
    for _ = 1, 20 do
      expected = iterator:next()
    end
    assert.equal("20", expected)
    local cursor = iterator:cursor()
    iterator:close()
    for _, columns in ipairs { { "id", "owner.name" }, { "id" }, { "id", "company.name", "signers.name" } } do
      local rows, err = collect((api:rows("contracts", columns, { after = cursor, limit = 3 })))
      assert.is_nil(err)
      assert.equal("21 22 23", ("%s %s %s"):format(rows[1][1], rows[2][1], rows[3][1]))
    end
    assert.equal("21", (api:list("contracts", { after = cursor })):next().id)
  end)

  it("ends when it is closed", function()
    local iterator = api:rows("contracts", { "id" })
    assert.equal("1", iterator:next())
    iterator:close()
    iterator:close()
    assert.equal(1, select("#", iterator:next()))
    assert.is_nil((iterator:next()))
  end)

  if _VERSION == "Lua 5.4" then
    it("is closed by a for loop that is left", function()
      local iterator
      local function opened(...)
        iterator = ...
        return ...
      end
      local count = 0
      for _ in opened(api:rows("contracts", { "id" })) do
        count = count + 1
        if count == 3 then
          break
        end
      end
      assert.equal(3, count)
      assert.is_nil((iterator:next()))
    end)
  end

  it("returns the error of a failed page after the rows before it", function()
    local server = rawserver.start()
    local broken = harnest.new { url = server.url, retries = 0 }
    server:play {
      { rawserver.response(200, {}, '{"data":[{"type":"t","id":"1"}],"links":{"next":"/t?page=2"}}') },
      { rawserver.response(500, {}, "") },
    }
    local rows, err = collect((broken:rows("t", { "id" })))
    assert.same({ { n = 1, "1" } }, rows)
    assert.equal("server_error", err.kind)
    broken:close()
    server:stop()
  end)

  it("fails with kind cancelled when its client is closed", function()
    local own = client()
    local iterator = own:rows("contracts", { "id" })
    assert.equal("1", iterator:next())
    own:close()
    local rows, err = collect(iterator)
    assert.equal("cancelled", err.kind)
    assert.is_true(#rows >= 14)
  end)

  it("fails with kind timeout at the deadline of a page", function()
    local server = rawserver.start()
    local own = harnest.new { url = server.url, retries = 0, deadline = 0.2 }
    server:play { { { stall = true } } }
    local _, err = collect((own:rows("t", { "id" })))
    assert.equal("timeout", err.kind)
    own:close()
    server:stop()
  end)

  it("has no view", function()
    assert.matches("query.view: expected in other calls", usage_error(api.rows, api, "contracts", { "id" },
      { view = true }), 1, true)
  end)
end)

describe("api:rows of other documents", function()
  setup(function() raw = rawserver.start() end)
  teardown(function() raw:stop() end)
  before_each(function()
    raw:reset()
    api:close()
    api = harnest.new { url = raw.url, retries = 0 }
  end)

  it("looks in the resource, its attributes, its relationships and beside them, in this order", function()
    local resource = [=[[{"type":"things","id":"1","lid":"l","meta":{"m":{"n":1}},"links":{"self":"/s"},"x":9,
      "both":"beside",
      "attributes":{"id":"a","type":"b","meta":{"m":2},"a.b":"dotted","a":{"b":"nested","c":[1]},"links":3,
        "both":"attribute","address":{"city":"Bern","geo":{"lat":1.5}}},
      "relationships":{"both":{"data":{"type":"t","id":"r"}},"owner":{"data":{"type":"p","id":7}}}}]]=]
    local cases = {
      { "id", "1" }, { "type", "things" }, { "meta.m.n", 1 }, { "links.self", "/s" }, { "a.b", "dotted" },
      { "both", "attribute" }, { "address.city", "Bern" }, { "address.geo.lat", 1.5 }, { "owner.id", "7" },
      { "owner.type", "p" }, { "x", 9 }, { "lid", "l" }, { "attributes.both", "attribute" },
    }
    for _, case in ipairs(cases) do
      assert.equal(case[2], (raw_row({ case[1] }, resource)), case[1])
    end
    assert.same({ 1 }, (raw_row({ "a.c" }, resource)))
    assert.same({ m = { n = 1 } }, (raw_row({ "meta" }, resource)))
    assert.same({ self = "/s" }, (raw_row({ "links" }, resource)))
    assert.same({ city = "Bern", geo = { lat = 1.5 } }, (raw_row({ "address" }, resource)))
  end)

  it("suggests no name that a resource usually has, but lacks", function()
    local message = raw_error({ "name", "id" }, '[{"type":"things","attributes":{"name":"a"}}]')
    assert.matches('column "id": no resource of the page has "id"; known names: type, name (', message, 1, true)
  end)

  it("reads attributes named meta and links if the resource has none of its own", function()
    local data = '[{"type":"t","id":"1","attributes":{"meta":{"m":2},"links":"l"}}]'
    local meta, links = raw_row({ "meta.m", "links" }, data)
    assert.equal(2, meta)
    assert.equal("l", links)
  end)

  it("reads resources that have their members at the top", function()
    local id, name, city = raw_row({ "id", "name", "address.city" },
      '[{"id":5,"name":"n","address":{"city":"Bern"}}]')
    assert.same({ "5", "n", "Bern" }, { id, name, city })
  end)

  it("reads names with any bytes, and values as they are", function()
    local row = { raw_row({ "ü ñ", "zero", "big", "float", "text", "empty", "none" },
      [=[[{"type":"t","id":"1","attributes":{"ü ñ":true,"zero":0,"big":9007199254740993,"float":1e-3,
        "text":"a\u0000b","empty":[],"none":{}}}]]=]) }
    assert.is_true(row[1])
    assert.equal(0, row[2])
    assert.equal(0.001, row[4])
    assert.equal("a\0b", row[5])
    assert.is_true(harnest.is_array(row[6]))
    assert.same({}, row[7])
    assert.is_false(harnest.is_array(row[7]))
  end)

  it("finds members in any order", function()
    local rows = assert(raw_rows({ "id", "b", "a" }, [=[[
      {"type":"t","id":"1","attributes":{"a":1,"b":"x","c":0}},
      {"attributes":{"b":"a","c":5,"a":"b"},"id":"2","type":"t"},
      {"id":"3","attributes":{"c":1},"type":"t"},
      {"id":"4","type":"t"},
      {"id":"5","type":"t","attributes":{"z":"a","y":{"a":0,"b":[]},"a":null,"b":2.5}}
    ]]=]))
    assert.same({
      { n = 3, "1", "x", 1 }, { n = 3, "2", "a", "b" }, { n = 3, "3" }, { n = 3, "4" }, { n = 3, "5", 2.5 },
    }, rows)
  end)

  it("keeps a null apart from a missing value with the option null", function()
    local data = [=[[{"type":"t","id":"1","attributes":{"a":null,"o":null},"relationships":{"r":{"data":null}}},
      {"type":"t","id":"2","attributes":{"b":1,"o":{"p":null}},"relationships":{"r":{"data":{"type":"x","id":"9"}}}}]]=]
    local null = harnest.null
    local rows = assert(raw_rows({ "id", "a", "b", "o.p", "r.id" }, data, "", { null = null }))
    assert.same({ { n = 5, "1", null, nil, null, null }, { n = 5, "2", nil, 1, null, "9" } }, rows)
    rows = assert(raw_rows({ "id", "a", "b", "o.p", "r.id" }, data))
    assert.same({ { n = 5, "1" }, { n = 5, "2", nil, 1, nil, "9" } }, rows)
  end)

  it("refuses a row whose first value is nil, after the rows before it", function()
    local data = [=[[{"type":"t","id":"1","attributes":{"a":1}},{"type":"t","id":"2","attributes":{"a":null}},
      {"type":"t","id":"3","attributes":{"a":3}}]]=]
    local rows, err = raw_rows({ "a", "id" }, data)
    assert.same({ { n = 2, 1, "1" } }, rows)
    assert.equal("refused", err.kind)
    assert.matches([[column "a" is null in t/2, but the first value of a row must not be nil, which ends a loop; ]]
      .. [[put "id" first, or null = harnest.null into the query]], err.message, 1, true)
    assert.matches("/things?x=1", err.url, 1, true)
    assert.equal(3, #raw_rows({ "a", "id" }, data, "", { null = harnest.null }))

    play(data)
    local iterator, seen = api:rows("things", { "a" }, { limit = 9 }), 0
    local fine, raised = pcall(function() iterator:each(function() seen = seen + 1 end) end)
    assert.is_false(fine)
    assert.equal(1, seen)
    assert.equal("refused", raised.kind)
    assert.equal(raised.message, select(2, iterator:next()).message)
    play(data)
    assert.equal("2", (api:rows("things", { "id" }, { after = iterator:cursor(), limit = 9 })):next())

    local _, missing = raw_rows({ "a" }, '[{"type":"t","id":"1","attributes":{"a":1}},{"type":"t","id":"2"}]')
    assert.matches([[column "a" is missing in t/2]], missing.message, 1, true)
    assert.is_nil(missing.message:find "harnest.null")
    local _, nameless = raw_rows({ "a" }, '[{"attributes":{"a":1}},{}]')
    assert.matches([[column "a" is missing in a resource]], nameless.message, 1, true)
    local _, all = raw_rows({ "b" }, '[{"type":"t","id":"1","attributes":{"a":1}}]', "", { missing = "nil" })
    assert.matches([[column "b" is missing in t/1]], all.message, 1, true)
  end)

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
    local rows, err = collect((api:rows("t", { "id", "owner.company.name" }, { null = harnest.null })))
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
    local rows, err = collect((api:rows("t", { "id", "owner.name" })))
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

  it("fails if to-many relationships multiply without measure", function()
    local identifier = '{"type":"p","id":"1"}'
    local team = (identifier .. ","):rep(1000) .. identifier
    local data = '[{"type":"p","id":"1","relationships":{"team":{"data":[' .. team .. "]}}}]"
    assert.equal(1001, #select(2, raw_row({ "id", "team.id" }, data)))
    for _, path in ipairs { "team.team.id", "team.team.team.team.team.nothing" } do
      assert.matches(('column "%s": p/1 has more than 1000000 related resources in a row'):format(path),
        raw_error({ "id", path }, data, ',"included":[]', { include = "team", missing = "nil" }), 1, true)
    end
  end)

  it("does not lose fields of related resources of the list's own type to sparse", function()
    play([=[[{"type":"things","id":"1","relationships":{"up":{"data":{"type":"box","id":"1"}}}},
      {"type":"things","id":"2","relationships":{"up":{"data":{"type":"things","id":"1"}}}}]]=],
      ',"included":[{"type":"box","id":"1","attributes":{"name":"B"}}]')
    local rows, err = collect((api:rows("things", { "id", "up.name" }, { sparse = true, include = "up", limit = 9 })))
    assert.same({ { n = 2, "1", "B" } }, rows)
    assert.matches([[column "up.name": sparse = true left out its value for things/2; leave sparse out of the query]],
      err.message, 1, true)
  end)

  it("looks for optional columns in all resources of the first page only", function()
    raw:play {
      { rawserver.response(200, {}, '{"data":[{"type":"t","id":"1"},{"type":"t","id":"2","attributes":{"a":1}}],'
        .. '"links":{"next":"/t?n=2"}}') },
      { rawserver.response(200, {}, '{"data":[{"type":"t","id":"3"}],"links":{"next":null}}') },
    }
    local rows, err = collect((api:rows("t", { "id", "a" })))
    assert.is_nil(err)
    assert.same({ { n = 2, "1" }, { n = 2, "2", 1 }, { n = 2, "3" } }, rows)
  end)

  it("shortens names in its messages", function()
    local message = raw_error({ "id", ("x"):rep(1000) },
      '[{"type":"t","id":"1","attributes":{"' .. ("y"):rep(3000) .. '":1}}]')
    assert.is_true(#message < 1300)
    assert.is_nil(message:find("\n", 1, true))
  end)
end)

describe("usage errors of api:rows", function()
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

-- Columns without a value: null, missing in a resource, or missing in all of a page.

local fixture = require "spec.support.rows_fixture"
local harnest = require "harnest"
local lists = require "spec.support.lists"
local rawserver = require "spec.support.rawserver"

local collect = fixture.collect

describe("a column", function()
  local api
  lists.hook(before_each, after_each, function(opened) api = opened end)

  it("of null is nil, and harnest.null if the query says so", function()
    local notes, nulls, companies = fixture.column(api, "note"), fixture.column(api, "note", { null = harnest.null }),
      fixture.column(api, "company.id", { null = harnest.null })
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
      local values = fixture.column(api, case[1], { missing = "nil" })
      assert.is_nil(next(values))
    end
  end)
end)

describe("api:rows of other documents", function()
  local scripted = fixture.scripted(setup, before_each, after_each, teardown)
  local raw, play, raw_rows, raw_error = scripted.raw, scripted.play, scripted.rows, scripted.error

  it("suggests no name that a resource usually has, but lacks", function()
    local message = raw_error({ "name", "id" }, '[{"type":"things","attributes":{"name":"a"}}]')
    assert.matches('column "id": no resource of the page has "id"; known names: type, name (', message, 1, true)
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
    local iterator, seen = scripted.api:rows("things", { "a" }, { limit = 9 }), 0
    local fine, raised = pcall(function() iterator:each(function() seen = seen + 1 end) end)
    assert.is_false(fine)
    assert.equal(1, seen)
    assert.equal("refused", raised.kind)
    assert.equal(raised.message, select(2, iterator:next()).message)
    play(data)
    assert.equal("2", (scripted.api:rows("things", { "id" }, { after = iterator:cursor(), limit = 9 })):next())

    local _, missing = raw_rows({ "a" }, '[{"type":"t","id":"1","attributes":{"a":1}},{"type":"t","id":"2"}]')
    assert.matches([[column "a" is missing in t/2]], missing.message, 1, true)
    assert.is_nil(missing.message:find "harnest.null")
    local _, nameless = raw_rows({ "a" }, '[{"attributes":{"a":1}},{}]')
    assert.matches([[column "a" is missing in a resource]], nameless.message, 1, true)
    local _, all = raw_rows({ "b" }, '[{"type":"t","id":"1","attributes":{"a":1}}]', "", { missing = "nil" })
    assert.matches([[column "b" is missing in t/1]], all.message, 1, true)
  end)

  it("looks for optional columns in all resources of the first page only", function()
    raw:play {
      { rawserver.response(200, {}, '{"data":[{"type":"t","id":"1"},{"type":"t","id":"2","attributes":{"a":1}}],'
        .. '"links":{"next":"/t?n=2"}}') },
      { rawserver.response(200, {}, '{"data":[{"type":"t","id":"3"}],"links":{"next":null}}') },
    }
    local rows, err = collect((scripted.api:rows("t", { "id", "a" })))
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

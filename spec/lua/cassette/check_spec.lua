-- The mode "check": requests go to the server, whose responses are compared with the recorded ones.

local harnest = require "harnest"
local new_fixture = require "spec.support.cassette_fixture"
local rawserver = require "spec.support.rawserver"

local cassette_shape = require "harnest.cassette_shape"

local function response(body, status)
  return { response = { status = status or 200, body = harnest.decode(body) } }
end

describe("the shapes of responses", function()
  local cases = {
    { "values do not count", '{"data":{"id":"1","n":1,"a":[1,2]}}', '{"data":{"id":"2","n":2.5,"a":[]}}', {} },
    { "null may be any type", '{"a":null,"b":"x"}', '{"a":1,"b":null}', {} },
    { "a missing member", '{"data":{"id":"1","n":1}}', '{"data":{"id":"1"}}', { "data.n is missing" } },
    { "a missing container, once", '{"data":{"a":{"b":{"c":1}}}}', '{"data":{}}', { "data.a is missing" } },
    { "a new member", '{"data":{}}', '{"data":{"n":{"m":1}}}', { "data.n is new" } },
    { "another type", '{"n":1}', '{"n":"1"}', { "n was number, is string" } },
    { "an array for an object", '{"data":{}}', '{"data":[]}', { "data was object, is array" } },
    { "items by the type of resource", '{"data":[{"type":"a","x":1},{"type":"b","y":1}]}',
      '{"data":[{"type":"b","y":"1"},{"type":"a","x":2}]}', { "data[b].y was number, is string" } },
    { "no items on one side", '{"data":[{"type":"a","x":1}]}', '{"data":[]}', {} },
    { "names with dots and brackets", '{"a.b":1,"c]":{"d.e]":1}}', '{"c]":{"f.":1}}',
      { "a.b is missing", "c].d.e] is missing", "c].f. is new" } },
    { "another outermost type", '{"a":1}', '[1]', { "the body was object, is array" } },
  }
  for _, case in ipairs(cases) do
    it(case[1], function()
      assert.same(case[4], cassette_shape.differences(response(case[2]), response(case[3])))
    end)
  end

  it("differ by status, failure and the lack of a body", function()
    local one, none = response "{}", { response = { status = 200 } }
    assert.same({ "was status 200, is status 404" }, cassette_shape.differences(one, response("{}", 404)))
    assert.same({ "was failure timeout, is status 200" },
      cassette_shape.differences({ failure = { kind = "timeout" } }, one))
    assert.same({ "the body is missing, or no JSON" }, cassette_shape.differences(one, none))
    assert.same({ "there was no JSON body, is one" }, cassette_shape.differences(none, one))
    assert.same({}, cassette_shape.differences(none, none))
  end)
end)

describe("check", function()
  local fixture = new_fixture(setup, before_each, after_each, teardown)

  it("asks the server, tells differences and unused interactions, and writes nothing", function()
    local function interaction(id, attributes)
      return { request = { method = "GET", path = "t/" .. id },
        response = { status = 200, body = { data = { type = "t", id = id, attributes = attributes } } } }
    end
    fixture:write { interaction("1", { title = "old", gone = true }), interaction("2", { n = 1 }),
      interaction("3", {}) }
    local before = fixture:text()
    fixture.raw:play {
      { rawserver.response(200, {}, '{"data":{"type":"t","id":"1","attributes":{"title":5}}}') },
      { rawserver.response(200, {}, '{"data":{"type":"t","id":"2","attributes":{"n":2}}}') },
      { rawserver.response(200, {}, '{"data":{"type":"t","id":"9"}}') },
    }
    fixture:replay(function(api)
      assert.equal(5, api:get("t", 1).attributes.title)
      assert.equal(2, api:get("t", 2).attributes.n)
      assert.equal("9", api:get("t", 9).id)
      local report = api:cassette_report()
      assert.same({ "interactions[0], GET t/1: data.attributes.gone is missing",
        "interactions[0], GET t/1: data.attributes.title was string, is number", "GET t/9: not recorded" },
        report.differences)
      assert.same({ "interactions[2], GET t/3" }, report.unused)
    end, { cassette_mode = "check", url = fixture.raw.url .. "/api" })
    assert.equal(before, fixture:text())
    local told = "cassette " .. fixture.path .. ": "
    assert.same({ told .. "interactions[0], GET t/1: data.attributes.gone is missing",
      told .. "interactions[0], GET t/1: data.attributes.title was string, is number",
      told .. "GET t/9: not recorded", told .. "1 interaction was not used: interactions[2], GET t/3" },
      fixture.warnings)
  end)

  it("compares what the filter leaves", function()
    local function filter(interaction) interaction.response.body.data.attributes = nil end
    fixture:write { { request = { method = "GET", path = "t/1" },
      response = { status = 200, body = { data = { type = "t", id = "1" } } } } }
    fixture.raw:play { { rawserver.response(200, {}, '{"data":{"type":"t","id":"1","attributes":{"secret":1}}}') } }
    fixture:replay(function(api)
      assert.equal(1, api:get("t", 1).attributes.secret)
      assert.same({}, api:cassette_report().differences)
    end, { cassette_mode = "check", url = fixture.raw.url .. "/api", cassette = { filter = filter } })
    assert.same({}, fixture.warnings)
  end)

  it("needs the file", function()
    local fine, message = pcall(harnest.new, { url = fixture.raw.url, cassette = fixture.path,
      cassette_mode = "check" })
    assert.is_false(fine)
    assert.truthy(message:find("option cassette: " .. fixture.path .. ": No such file or directory "
      .. '(cassette_mode is "check")', 1, true), message)
  end)
end)

describe("replay", function()
  local fixture = new_fixture(setup, before_each, after_each, teardown)

  it("needs the file", function()
    local fine, message = pcall(harnest.new, { cassette = fixture.path, cassette_mode = "replay" })
    assert.is_false(fine)
    assert.truthy(message:find("option cassette: " .. fixture.path .. ": No such file or directory "
      .. '(cassette_mode is "replay")', 1, true), message)
  end)

  it("names line and place of a damaged file", function()
    local damages = {
      ["{\n  \"harnest_cassette\": 1,\n  \"interactions\": [\n    {]\n"] =
        "4:6: interactions[0]: expected the name of a member, in quotes",
      ['{"harnest_cassette": 2}'] = "1:22: harnest_cassette: expected 1, the version of the form",
      ['{}'] = '1:1: no cassette: expected the member "harnest_cassette"',
      ['{"harnest_cassette": 1, "interactions": [\n{"request": {"method": "GET"}, "response": {"status": 200}}]}'] =
        '2:13: interactions[0]: request.path: expected a text, such as "contracts"',
      ['{"harnest_cassette": 1, "interactions": [\n\n  {"request": {"method": "GET", "path": "t"},\n'
        .. '   "response": {"status": "200"}}]}'] =
        "4:27: interactions[0]: response.status: expected a number from 100 to 999",
      [""] = "1:1: expected an object",
      ['{"harnest_cassette": 1, "interactions": [{"request": {"method": "GET", "path": "t"},\n'
        .. '"response": {"status": 200, "headers": {"a": "b\\r\\nc: d"}}}]}'] =
        "2:40: interactions[0]: response.headers: expected an object of texts (an array of them for several)",
    }
    for text, expected in pairs(damages) do
      fixture:write(text)
      local _, message = pcall(harnest.new, { cassette = fixture.path, cassette_mode = "replay" })
      assert.truthy(message:find("option cassette: " .. fixture.path .. ":" .. expected, 1, true),
        message .. " instead of " .. expected)
    end
  end)
end)

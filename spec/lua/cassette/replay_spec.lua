-- Playing a cassette: which recorded interaction answers a request, and what is said if none does.

local harnest = require "harnest"
local new_fixture = require "spec.support.cassette_fixture"

local null = harnest.null

local function interaction(request, status, body, headers)
  return { request = request, response = { status = status, headers = headers or {}, body = body } }
end

local function one(id, title)
  return { data = { type = "t", id = id, attributes = { title = title } } }
end

describe("replay", function()
  local fixture = new_fixture(setup, before_each, after_each, teardown)

  it("needs no URL and no token", function()
    fixture:write { interaction({ method = "GET", path = "t/1" }, 200, one("1", "x")) }
    fixture:replay(function(api)
      assert.equal("x", api:get("t", 1).attributes.title)
      assert.equal(1, api:stats().requests)
      assert.equal(0, api:stats().connections)
    end)
    fixture:replay(function(api) assert.equal("x", api:get("t", 1).attributes.title) end, { dialect = "harnest" })
    assert.same({}, fixture.warnings)
  end)

  it("takes parameters in any order, with any encoding", function()
    fixture:write { interaction({ method = "GET", path = "t/1",
      query = { ["filter[a]"] = "x y", b = { "1", "2" }, flag = null } }, 200, one("1")) }
    fixture:replay(function(api)
      assert.equal("1", api:fetch("/t/1?flag&b=1&filter%5ba%5D=x+y&b=2").data.id)
    end)
  end)

  it("distinguishes a parameter without a value from an empty one, and the order of equal names", function()
    for _, path in ipairs { "/t/1?flag=", "/t/1?a=2&a=1&flag", "/t/1?a=1&a=2&flag&b" } do
      fixture:write { interaction({ method = "GET", path = "t/1", query = { a = { "1", "2" }, flag = null } }, 200,
        one("1")) }
      fixture:replay(function(api)
        local found, err = api:fetch(path)
        assert.is_nil(found)
        assert.equal("refused", err.kind)
      end)
    end
  end)

  it("ignores parameters by name", function()
    fixture:write { interaction({ method = "GET", path = "t/1", query = { at = "1", a = "1" } }, 200, one("1")) }
    fixture:replay(function(api)
      assert.equal("1", api:fetch("/t/1?a=1&now=5&at=7").data.id)
    end, { cassette = { ignore = { "now", "at" } } })
  end)

  it("compares bodies as JSON", function()
    fixture:write { interaction({ method = "POST", path = "t",
      body = { data = { type = "t", attributes = { b = { 1, 2.5, null }, a = "x" } } } }, 201, one("9")) }
    fixture:replay(function(api)
      assert.equal("9", api:create("t", { attributes = { a = "x", b = harnest.array { 1.0, 2.5, null } } }).id)
    end)
  end)

  it("plays equal requests in their order, then says that they are used", function()
    local get = { method = "GET", path = "t/1" }
    fixture:write {
      interaction(get, 200, one("1", "old")),
      interaction({ method = "PATCH", path = "t/1",
        body = { data = { type = "t", id = "1", attributes = { title = "new" } } } }, 200, one("1", "new")),
      interaction(get, 200, one("1", "new")),
    }
    fixture:replay(function(api)
      assert.equal("old", api:get("t", 1).attributes.title)
      assert.equal("new", api:update("t", 1, { attributes = { title = "new" } }).attributes.title)
      assert.equal("new", api:get("t", 1).attributes.title)
      local _, err = api:get("t", 1)
      assert.equal("refused: GET t/1: the cassette " .. fixture.path
        .. " has no further GET t/1: all that were recorded are used", err.message)
    end)
  end)

  it("does not wait for retries", function()
    local get = { method = "GET", path = "t/1" }
    local before = os.time()
    fixture:write {
      interaction(get, 429, { errors = {} }, { ["retry-after"] = "40" }),
      interaction(get, 503, { errors = {} }, { ["retry-after"] = "50" }),
      interaction(get, 200, one("1")),
    }
    fixture:replay(function(api)
      assert.equal("1", api:get("t", 1).id)
      assert.equal(2, api:stats().retries)
    end, { retries = 3, max_retry_wait = 60, rate = { requests = 1, per = 100 } })
    assert.truthy(os.time() - before < 20)
  end)

  it("counts the time that it does not wait towards the deadline", function()
    local get = { method = "GET", path = "t/1" }
    fixture:write {
      interaction(get, 503, { errors = {} }, { ["retry-after"] = "40" }),
      interaction(get, 503, { errors = {} }, { ["retry-after"] = "40" }),
    }
    fixture:replay(function(api)
      local _, err = api:get("t", 1)
      assert.equal("unavailable", err.kind)
      assert.equal(1, api:stats().retries)
    end, { retries = 3, max_retry_wait = 60, deadline = 60 })
  end)

  it("follows redirects and links on the present server", function()
    fixture:write {
      interaction({ method = "GET", path = "t/old" }, 307, nil, { location = "http://recorded.example/api/t/1" }),
      interaction({ method = "GET", path = "t/1" }, 200, one("1")),
      interaction({ method = "GET", path = "t" }, 200, { data = { { type = "t", id = "1" } },
        links = { next = "http://recorded.example/api/t?page=2" } }),
      interaction({ method = "GET", path = "t", query = { page = "2" } }, 200,
        { data = { { type = "t", id = "2" } }, links = { next = "http://recorded.example/other/3" } }),
      interaction({ method = "GET", path = "/other/3" }, 200, { data = { { type = "t", id = "3" } } },
        { link = '<http://recorded.example/api/t?page=4>; rel="next"' }),
      interaction({ method = "GET", path = "t", query = { page = "4" } }, 200, { data = { { type = "t", id = "4" } } }),
    }
    for _, url in ipairs { "http://other.example:81/api", "http://recorded.example/api" } do
      fixture:replay(function(api)
        assert.equal("1", api:get("t", "old").id)
        local ids = {}
        for resource in api:list "t" do ids[#ids + 1] = resource.id end
        assert.equal("1 2 3 4", table.concat(ids, " "))
      end, { url = url })
    end
  end)

  it("names the nearest interaction and the difference", function()
    fixture:write {
      interaction({ method = "GET", path = "contracts", query = { ["page[size]"] = "15", sort = "name" } }, 200, {}),
      interaction({ method = "GET", path = "people" }, 200, {}),
      interaction({ method = "POST", path = "people",
        body = { data = { type = "people", attributes = { name = "Ann", tags = { "a", "b" } } } } }, 201, {}),
    }
    local function says(expected, fn)
      fixture:replay(function(api)
        local _, err = fn(api)
        assert.equal("refused", err.kind)
        assert.is_falsy(err.retryable)
        assert.truthy(err.message:find("the cassette " .. fixture.path .. " has no " .. expected, 1, true), err.message)
      end)
    end
    says([[GET contracts?page[size]=20&sort=name; nearest is interactions[0], GET contracts?page[size]=15&sort=name: ]]
      .. [[query.page[size] is "20" here, "15" there]],
      function(api) return api:list("contracts", { page = { size = 20 }, sort = "name" }):next() end)
    says([[GET contracts?page[size]=15; nearest is interactions[0], GET contracts?page[size]=15&sort=name: query.sort ]]
      .. [[is missing here, "name" there]],
      function(api) return api:list("contracts", { page = { size = 15 } }):next() end)
    says([[GET people/7; nearest is interactions[1], GET people: path is "people/7" here, "people" there]],
      function(api) return api:get("people", 7) end)
    says([[POST people; nearest is interactions[2], POST people: body.data.attributes.tags[1] is "c" here, "b" there]],
      function(api) return api:create("people", { attributes = { name = "Ann", tags = { "a", "c" } } }) end)
    says([[DELETE people; nearest is interactions[1], GET people: method is "DELETE" here, "GET" there]],
      function(api) return api:request { method = "DELETE", path = "people" } end)
  end)

  it("says so if it is empty", function()
    fixture:write {}
    fixture:write('{"harnest_cassette": 1, "base_url": "http://h/api", "interactions": []}')
    fixture:replay(function(api)
      local _, err = api:get("t", 1)
      assert.equal("refused: GET t/1: the cassette " .. fixture.path .. " has no GET t/1, and nothing else",
        err.message)
    end)
  end)

  it("plays empty bodies, text and bytes", function()
    fixture:write {
      { request = { method = "DELETE", path = "t/1" }, response = { status = 204 } },
      { request = { method = "GET", path = "a" },
        response = { status = 200, headers = { ["content-type"] = "text/plain" }, text = "two\nlines" } },
      { request = { method = "GET", path = "b" }, response = { status = 200, headers = { x = { "1", "2" } },
        base64 = "AAH/" } },
    }
    fixture:replay(function(api)
      assert.is_true(api:delete("t", 1))
      assert.equal("two\nlines", (api:request { path = "a", raw = true }))
      local bytes, facts = api:request { path = "b", raw = true }
      assert.equal("\0\1\255", bytes)
      assert.equal("1, 2", facts.headers.x)
    end)
  end)

  it("refuses a body that is larger than max_response", function()
    fixture:write { interaction({ method = "GET", path = "t/1" }, 200, one("1", ("x"):rep(2000))) }
    fixture:replay(function(api)
      local _, err = api:get("t", 1)
      assert.equal("200 protocol: GET t/1: the recorded body is larger than max_response (1000 bytes)",
        err.message)
    end, { max_response = 1000 })
  end)

  it("tells once what was not used", function()
    fixture:write {
      interaction({ method = "GET", path = "t/1" }, 200, one("1")),
      interaction({ method = "GET", path = "t/2", query = { a = "1" } }, 200, one("2")),
    }
    fixture:replay(function(api)
      assert.equal("1", api:get("t", 1).id)
      local report = api:cassette_report()
      assert.same({ "interactions[1], GET t/2?a=1" }, report.unused)
      assert.equal("replay", report.mode)
      assert.is_false(report.is_recording)
      assert.equal(2, report.interactions)
      assert.equal(fixture.path, report.path)
    end)
    collectgarbage()
    collectgarbage()
    assert.same({ "cassette " .. fixture.path .. ": 1 interaction was not used: interactions[1], GET t/2?a=1" },
      fixture.warnings)
  end)

  it("tells it for a client that was not closed", function()
    fixture:write { interaction({ method = "GET", path = "t/1" }, 200, one("1")) }
    local function forget()
      harnest.new { cassette = { path = fixture.path, mode = "replay",
        warn = function(text) table.insert(fixture.warnings, text) end } }
    end
    forget()
    for _ = 1, 4 do collectgarbage() end
    assert.equal(1, #fixture.warnings)
  end)

  it("warns once of a file older than max_age", function()
    local times = { ["2020-02-29T12:00:00Z"] = 1, ["2999-01-01T00:00:00Z"] = 0, ["no time"] = 0 }
    for recorded_at, expected in pairs(times) do
      fixture.warnings = {}
      fixture:write(('{"harnest_cassette":1,"recorded_at":"%s","base_url":"http://h","interactions":[]}'):format(
        recorded_at))
      fixture:replay(function(api) api:with({}):close() end, { cassette = { max_age = 30 * 24 * 3600 } })
      assert.equal(expected, #fixture.warnings, recorded_at)
      if expected == 1 then
        assert.truthy(fixture.warnings[1]:find("was recorded 2020-02-29T12:00:00Z, more than max_age (2592000 s) ago",
          1, true), fixture.warnings[1])
      end
    end
  end)

  it("is not held open by a client that could not be made", function()
    fixture:write { interaction({ method = "GET", path = "t/1" }, 200, one("1")) }
    local options = { cassette = fixture.path, cassette_mode = "replay", url = fixture.raw.url }
    for _, wrong in ipairs { { timeout = -1 }, { operations = "https://elsewhere.test/" } } do
      for name, value in pairs(options) do
        wrong[name] = value
      end
      assert.has_error(function() harnest.new(wrong) end)
      local plain = harnest.new { url = fixture.raw.url, cassette = false }
      assert.has_error(function() plain:with(wrong) end)
      plain:close()
    end
    for _ = 1, 2 do -- the second client reads the file again
      fixture:replay(function(api)
        assert.equal("1", assert(api:get("t", 1)).id)
      end)
    end
  end)

  it("is shared with derived clients, which may have their own or none", function()
    local other = fixture.folder .. "/other.json"
    fixture:write { interaction({ method = "GET", path = "t/1" }, 200, one("1", "own")) }
    local own = fixture.path
    fixture.path = other
    fixture:write { interaction({ method = "GET", path = "t/1" }, 200, one("1", "other")) }
    fixture.path = own
    fixture:replay(function(api)
      assert.equal("other", api:with({ cassette = other, cassette_mode = "replay" }):get("t", 1).attributes.title)
      assert.equal("own", api:with({ timeout = 3 }):get("t", 1).attributes.title)
      local none = api:with { cassette = false, url = fixture.raw.url, token = false }
      fixture.raw:play { { fixture.raw.response(200, {}, '{"data":{"type":"t","id":"1"}}') } }
      assert.equal("1", none:get("t", 1).id)
      assert.has_error(function() none:cassette_report() end)
    end)
  end)
end)

-- docs/SPEC.md, P: recommendations, and asynchronous work.

local exchange = require "spec.support.exchange"
local harnest = require "harnest"

describe("of JSON:API's recommendations,", function()
  local x = exchange.hook(setup, before_each, teardown)

  describe("the shapes of URLs", function()
    local calls = {
      { "GET /api/things", "GET /api/things", function(api) return api:fetch "things" end },
      { "GET /api/things/1", "GET /api/own", function(api, thing) return api:get(thing) end },
      { "PATCH /api/things/1", "PATCH /api/own", function(api, thing) return api:update(thing, {}) end },
      { "DELETE /api/things/1", "DELETE /api/own", function(api, thing) return api:delete(thing) end },
      { "GET /api/things/1/relationships/one", "GET /api/own/linkage",
        function(api, thing) return api:relationship(thing, "one"):get() end },
      { "PATCH /api/things/1/relationships/one", "PATCH /api/own/linkage",
        function(api, thing) return api:relationship(thing, "one"):replace(harnest.null) end },
      { "GET /api/things/1/one", "GET /api/own/related", function(api, thing) return api:related(thing, "one") end },
    }

    it("[103] are built if nothing else is known; links take precedence", function()
      local links = { self = "/api/own/linkage", related = "/api/own/related" }
      local plain = { type = "things", id = "1" }
      local linked = { type = "things", id = "1", links = { self = "/api/own" },
        relationships = { one = { links = links } } }
      for _, case in ipairs(calls) do
        for i, thing in ipairs { plain, linked } do
          x:answer(200, '{"data":{"type":"b","id":"2"}}')
          assert(case[3](x.api, thing))
          assert.equal(case[i], x:sent().method .. " " .. x:sent().path)
        end
      end
    end)

    it("[103] extend a resource's own link for linkage only, if a relationship has no link", function()
      local thing = { type = "things", id = "1", links = { self = "/api/own" },
        relationships = { one = { data = harnest.null } } }
      x:answer(200, '{"data":null}')
      x.api:relationship(thing, "one"):get()
      assert.equal("/api/own/relationships/one", x:sent().path)
      x:answer(200, '{"data":null}')
      x.api:related(thing, "one")
      assert.equal("/api/things/1/one", x:sent().path)
    end)
  end)

  it("[104] filters have the form filter[name]=1,2, or any other that the server uses", function()
    for filter, expected in pairs {
      [{ comments = { 1, 2 } }] = "filter%5Bcomments%5D=1,2", [{ comments = "1,2" }] = "filter%5Bcomments%5D=1%2C2",
      [{ post = { author = "x" } }] = "filter%5Bpost%5D%5Bauthor%5D=x", [{ ["a.b"] = 1 }] = "filter%5Ba.b%5D=1",
    } do
      x:answer(200, '{"data":[]}')
      assert(x.api:all("things", { filter = filter }))
      assert.equal("/api/things?" .. expected, x:sent().path)
    end
    x:answer(200, '{"data":[]}')
    assert(x.api:all("things", { params = { filter = "a eq 1" } }))
    assert.equal("/api/things?filter=a%20eq%201", x:sent().path)
  end)

  it("[105] X-HTTP-Method-Override is sent only if a script asks for it", function()
    local api = x:sandbox()
    local result, answer = assert(api:request { method = "POST", path = "/contracts/7",
      headers = { ["X-HTTP-Method-Override"] = "PATCH" },
      body = { data = { type = "contracts", id = "7", attributes = { title = "New" } } } })
    assert.equal(200, answer.status)
    assert.equal("New", result.data.attributes.title)
    x:answer(204)
    assert(x.api:request { method = "POST", path = "/things/1", headers = { ["X-HTTP-Method-Override"] = "PATCH" },
      body = { data = { type = "things", id = "1" } } })
    assert.equal("POST", x:sent().method)
    assert.equal("PATCH", x:sent().headers["x-http-method-override"])
    x:answer(204)
    assert(x.api:update("things", 1, {}))
    assert.equal("PATCH", x:sent().method)
    assert.is_nil(x:sent().headers["x-http-method-override"])
    x:answer(204)
    assert(x:client({ headers = { ["X-HTTP-Method-Override"] = "PATCH" } }):request { method = "POST", path = "/x" })
    assert.equal("PATCH", x:sent().headers["x-http-method-override"])
  end)

  it("[106] dates are text and not changed", function()
    for _, date in ipairs { "2024-02-29T23:59:60.123456+05:30", "2024-06-10T05:17:00Z", "2024-06-10", "20240610T05" } do
      x:answer(200, '{"data":{"type":"things","id":"1","attributes":{"at":"' .. date .. '"}}}')
      local thing = assert(x.api:get("things", 1))
      assert.equal(date, thing.attributes.at)
      x:answer(204)
      assert(x.api:update(thing, { attributes = thing.attributes }))
      assert.equal('{"data":{"attributes":{"at":"' .. date .. '"},"id":"1","type":"things"}}', x:sent().body)
    end
  end)

  describe("work that continues after a 202", function()
    local PENDING = '{"data":{"type":"jobs","id":"5","attributes":{"status":"pending"}}}'
    local DONE = '{"data":{"type":"things","id":"7"}}'

    it("[107] is polled at its Content-Location until a 303 gives the URL of the result", function()
      local at_once = { ["Retry-After"] = "0" }
      x:answer(202, PENDING, { ["Content-Location"] = "/api/jobs/5", ["Retry-After"] = "0" })
      local accepted = assert(x.api:create("things", { attributes = { a = 1 } }))
      assert.equal("/api/jobs/5", accepted.content_location)
      assert.equal("jobs", accepted.data.type) -- the job, not the resource
      assert.is_nil(accepted.id)
      x:answer(200, PENDING, at_once)
      x:answer(200, PENDING, at_once)
      x:answer(303, "", { Location = "/api/things/7" })
      x:answer(200, DONE)
      local thing = assert(x.api:wait(accepted))
      assert.same({ type = "things", id = "7" }, thing:ref())
      local asked = {}
      for i, request in ipairs(x:requests()) do asked[i] = request.method .. " " .. request.path end
      assert.same({ "POST /api/things", "GET /api/jobs/5", "GET /api/jobs/5", "GET /api/jobs/5", "GET /api/things/7" },
        asked)
    end)

    it("[107] is polled no sooner than Retry-After states", function()
      x:answer(202, PENDING, { ["Content-Location"] = "/api/jobs/5", ["Retry-After"] = "0.2" })
      local accepted = assert(x.api:update("things", 7, {}))
      assert.equal(0.2, accepted.retry_after)
      x:answer(200, PENDING, { ["Retry-After"] = "0.3" })
      x:answer(303, "", { Location = "/api/things/7" })
      x:answer(200, DONE)
      assert.equal("7", assert(x.api:wait(accepted)).id)
      local requests = x:requests()
      assert.truthy(requests[2].time - requests[1].time >= 0.19, requests[2].time - requests[1].time)
      assert.truthy(requests[3].time - requests[2].time >= 0.29, requests[3].time - requests[2].time)
    end)

    it("[107] ends with the error of the work", function()
      x:answer(202, PENDING, { ["Content-Location"] = "/api/jobs/5" })
      x:answer(422, '{"errors":[{"title":"No"}]}')
      local thing, err = x.api:wait(assert(x.api:create("things", {})))
      assert.is_nil(thing)
      assert.equal("invalid", err.kind)
    end)

    it("[107] also ends on a real server", function()
      local api = x:sandbox("answer/accepted", "job/0.05")
      local contract = assert(api:wait(assert(api:create("contracts", { attributes = { title = "Lease" } }))))
      assert.equal("Lease", contract.attributes.title)
      assert.equal("contracts", contract.type)
    end)

    it("[108] is only accepted if there is nothing to poll, and the job states it", function()
      x:answer(202)
      local accepted = assert(x.api:create("things", {}))
      assert.is_true(accepted.accepted)
      assert.is_nil(accepted.content_location)
      assert.truthy(tostring(accepted):find("nothing to poll", 1, true))
      assert.is_true(x.api:wait(accepted))
      assert.equal(1, x:count())
    end)
  end)
end)

-- docs/SPEC.md, I: creating resources.

local exchange = require "spec.support.exchange"
local harnest = require "harnest"

describe("creating", function()
  local x = exchange.hook(setup, before_each, teardown)

  it("[61] is a POST to the collection's URL, with one resource object that has a type", function()
    for _, case in ipairs {
      { "/api/things", "things", { attributes = { a = 1 } } },
      { "/api/boxes/1/things", "/boxes/1/things", { type = "things", attributes = { a = 1 } } },
      { "/api/things?x=y", x.url .. "/things?x=y", { type = "things", attributes = { a = 1 } } },
      { "/api/other", { href = "/api/other" }, { type = "things", attributes = { a = 1 } } },
    } do
      x:answer(201, '{"data":{"type":"things","id":"1"}}')
      assert.equal("1", assert(x.api:create(case[2], case[3])).id)
      assert.equal("POST", x:sent().method)
      assert.equal(case[1], x:sent().path)
      assert.equal('{"data":{"attributes":{"a":1},"type":"things"}}', x:sent().body)
    end
  end)

  it("[61] without a type sends nothing", function()
    local fine, message = pcall(x.api.create, x.api, "/boxes/1/things", { attributes = { a = 1 } })
    assert.is_false(fine)
    assert.truthy(message:find("type: expected a string", 1, true), message)
    assert.is_false(pcall(x.api.create, x.api, "things", { type = "others" }))
    assert.is_false(pcall(x.api.create, x.api, "things", { type = 1 }))
    assert.equal(0, x:count())
  end)

  it("[62] sends data with every relationship", function()
    local resource = { type = "b", id = "2", attributes = { big = "one" } }
    x:answer(204)
    assert(x.api:create("things", { relationships = {
      identifier = { type = "b", id = "1" }, resource = resource, none = harnest.null, no_one = {},
      array = { resource, { type = "c", id = "3" } }, object = { data = resource, links = { self = "/x" } },
      object_of_none = { data = harnest.null }, links_only = { links = { self = "/x" } },
      meta_only = { meta = { a = 1 } },
    } }))
    assert.equal('{"data":{"relationships":{"array":{"data":[{"id":"2","type":"b"},{"id":"3","type":"c"}]},'
      .. '"identifier":{"data":{"id":"1","type":"b"}},"no_one":{"data":[]},"none":{"data":null},'
      .. '"object":{"data":{"id":"2","type":"b"}},"object_of_none":{"data":null},'
      .. '"resource":{"data":{"id":"2","type":"b"}}},"type":"things"}}', x:sent().body)
  end)

  it("[63] accepts client-generated ids from harnest.uuid: random, RFC 9562 version 4, "
    .. "unique", function()
    local seen = {}
    for _ = 1, 2000 do
      local id = harnest.uuid()
      assert.truthy(id:find "^%x%x%x%x%x%x%x%x%-%x%x%x%x%-4%x%x%x%-[89ab]%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x$", id)
      assert.equal(id:lower(), id)
      assert.is_nil(seen[id])
      seen[id] = true
    end
    local api, id = x:sandbox(), harnest.uuid()
    assert.equal(id, assert(api:create("drafts", { id = id, attributes = { title = "Mine" } })).id)
    assert.equal("Mine", assert(api:get("drafts", id)).attributes.title)
    x:answer(204)
    assert(x.api:create("things", { attributes = { a = 1 } }))
    assert.is_nil(x:sent().body:find('"id"', 1, true)) -- only if requested
  end)

  describe("is answered", function()
    it("[64] by 201 with the resource as the server created it", function()
      local api = x:sandbox()
      local contract, document = assert(api:create("contracts", { attributes = { title = "Lease" } }))
      assert.is_string(contract.id)
      assert.equal("Lease", contract.attributes.title)
      assert.is_false(contract.attributes.archived) -- not sent
      assert.equal(contract, document.data)
      assert.same(contract.attributes, assert(api:get(contract)).attributes)
    end)

    it("[64] by 201 with meta alone, if the resource is as sent", function()
      local api, id = x:sandbox("answer/meta"), harnest.uuid()
      local draft, document = assert(api:create("drafts", { id = id, attributes = { title = "Mine" } }))
      assert.same({ type = "drafts", id = id }, draft:ref())
      assert.equal("Mine", draft.attributes.title)
      assert.is_table(document.meta)
    end)

    it("[64] by 202, if nothing is created yet", function()
      x:answer(202, '{"data":{"type":"jobs","id":"5","attributes":{"status":"pending"}}}')
      local accepted = assert(x.api:create("things", {}))
      assert.is_true(accepted.accepted)
      assert.is_nil(accepted.type)
      assert.is_nil(accepted.id)
      assert.equal("jobs", accepted.data.type)
    end)

    it("[64] by 204, if the resource is as sent with a client-generated id", function()
      local api, id = x:sandbox("answer/none"), harnest.uuid()
      assert.is_true(api:create("drafts", { id = id, attributes = { title = "Mine" } }))
      assert.equal("Mine", assert(api:get("drafts", id)).attributes.title)
    end)
  end)

  describe("with Location", function()
    it("[65] has it in links.self", function()
      x:answer(201, '{"data":{"type":"things","id":"1","links":{"self":"' .. x.url .. '/things/1"}}}',
        { Location = x.url .. "/things/1" })
      assert.equal(x.url .. "/things/1", assert(x.api:create("things", {})).links.self)
      assert.equal(1, x:count())
    end)

    it("[65] reads the resource from there if the response has none", function()
      for _, body in ipairs { "", '{"meta":{"a":1}}' } do
        x:reset()
        x:answer(201, body, { Location = "/api/things/made" })
        x:answer(200, '{"data":{"type":"things","id":"made","attributes":{"a":2}}}')
        local thing = assert(x.api:create("things", { attributes = { a = 1 } }))
        assert.equal("made", thing.id)
        assert.equal(2, thing.attributes.a)
        assert.equal("GET", x:sent().method)
        assert.equal("/api/things/made", x:sent().path)
      end
      for _, answer in ipairs { "answer/bare", "answer/meta" } do
        local api = x:sandbox(answer)
        local contract = assert(api:create("contracts", { attributes = { title = "Lease" } }))
        assert.equal("2001", contract.id)
        assert.is_false(contract.attributes.archived)
      end
    end)

    it("[65] returns what was sent, with the link, if it cannot be read", function()
      x:answer(201, "", { Location = "/api/things/made" })
      x:answer(404)
      local thing = assert(x.api:create("things", { attributes = { a = 1 } }))
      assert.same({ a = 1 }, thing.attributes)
      assert.equal(x.url .. "/things/made", thing.links.self)
    end)
  end)

  it("[66] is refused with 403 if not allowed, with 404 for a missing related resource, with 409 "
    .. "for an existing one", function()
    local api = x:sandbox()
    local id = harnest.uuid()
    local cases = {
      { "forbidden", 403, nil, "empties", {} },
      { "forbidden", 403, "/data/id", "contracts", { id = id, attributes = { title = "Mine" } } },
      { "not_found", 404, "/data/relationships/owner/data", "contracts",
        { attributes = { title = "Lease" }, relationships = { owner = { type = "people", id = "99999" } } } },
      { "conflict", 409, "/data/id", "drafts", { id = id, attributes = { title = "Again" } } },
      { "conflict", 409, "/data/type", "/drafts", { type = "contracts", attributes = { title = "Other" } } },
    }
    assert(api:create("drafts", { id = id, attributes = { title = "Mine" } }))
    for _, case in ipairs(cases) do
      local resource, err = api:create(case[4], case[5])
      assert.is_nil(resource)
      assert.equal(case[1], err.kind)
      assert.equal(case[2], err.status)
      assert.equal(case[3], err.errors[1].source and err.errors[1].source.pointer)
      assert.equal(1, err.attempts)
    end
    assert.equal("Mine", assert(api:get("drafts", id)).attributes.title)
  end)
end)

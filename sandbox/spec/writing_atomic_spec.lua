-- How the sandbox executes atomic operations.

local writes = require "spec.support.sandbox_writes"

local MEDIA_TYPE, fresh, ask, to = writes.MEDIA_TYPE, writes.fresh, writes.ask, writes.to
local ids, count, faults = writes.ids, writes.count, writes.faults

describe("the sandbox, written to,", function()
  describe("executes atomic operations", function()
    local ATOMIC = MEDIA_TYPE .. '; ext="https://jsonapi.org/ext/atomic"'

    local function operate(base, operations, headers)
      local sent = { Accept = ATOMIC, ["Content-Type"] = ATOMIC }
      for name, value in pairs(headers or {}) do sent[name] = value end
      local body = type(operations) == "string" and operations or { ["atomic:operations"] = operations }
      return ask("POST", base .. "/operations", body, sent)
    end

    local function lid(type, name) return { type = type, lid = name } end

    local function add(type, name, attributes, relationships)
      local data = { type = type, lid = name, attributes = attributes, relationships = relationships }
      return { op = "add", data = data }
    end

    it("that refer to each other by lids", function()
      local base = fresh()
      local status, document, headers = operate(base(), {
        add("people", "ada", { name = "Ada" }, { manager = { data = lid("people", "ada") } }),
        add("contracts", "lease", { title = "Lease" }, {
          owner = { data = lid("people", "ada") }, signers = { data = { to("people", "3"), lid("people", "ada") } },
        }),
        { op = "update", data = { type = "contracts", lid = "lease", attributes = { note = "x" } } },
        { op = "update", ref = lid("people", "ada"),
          data = { type = "people", lid = "ada", attributes = { name = "A" } } },
        { op = "remove", ref = { type = "contracts", id = "1" } },
        { op = "add", ref = { type = "contracts", lid = "lease", relationship = "signers" },
          data = { to("people", "1") } },
        { op = "update", ref = { type = "contracts", lid = "lease", relationship = "company" },
          data = to("companies", "7") },
        { op = "remove", href = "/contracts/2001/relationships/signers", data = { to("people", "3") } },
      })
      assert.equal(200, status)
      assert.equal(ATOMIC, headers["content-type"])
      local results = document["atomic:results"]
      assert.equal(8, #results)
      assert.equal("121", results[1].data.relationships.manager.data.id)
      assert.equal(base() .. "/people/121", results[1].data.links.self)
      assert.equal("2001", results[2].data.id)
      assert.is_nil(results[2].data.lid)
      assert.equal("x", results[3].data.attributes.note)
      assert.equal("A", results[4].data.attributes.name)
      assert.same({}, results[5])
      assert.equal("3 121 1", ids(results[6].data))
      assert.equal("7", results[7].data.id)
      assert.equal("121 1", ids(results[8].data))
      assert.equal(404, (ask("GET", base() .. "/contracts/1")))
      local _, lease = ask("GET", base() .. "/contracts/2001")
      assert.equal("121", lease.data.relationships.owner.data.id)
    end)

    it("named by URLs", function()
      local base = fresh()
      local _, document = operate(base(), {
        { op = "add", href = base() .. "/companies", data = { type = "companies", attributes = { name = "New" } } },
        { op = "update", href = "/contracts/2", data = { type = "contracts", id = "2", attributes = { title = "B" } } },
        { op = "remove", href = base():match "//[^/]+(.*)$" .. "/companies/41" },
      })
      assert.equal("41", document["atomic:results"][1].data.id)
      assert.equal("B", document["atomic:results"][2].data.attributes.title)
      assert.equal(40, count(base, "companies"))
    end)

    it("completely or not at all, naming the failed one", function()
      local base = fresh()
      local good = add("companies", "new", { name = "New" })
      local function fails(faults_expected, operation, knob)
        local status, document, headers = operate(knob and base(knob) or base(), { good, operation })
        assert.equal(faults_expected, faults(document))
        assert.equal(faults_expected:match "^%d+", tostring(status))
        assert.equal(ATOMIC, headers["content-type"])
      end
      local second = "/atomic:operations/1"
      fails("422 " .. second .. "/data/attributes/title", add("contracts", nil, { title = "" }))
      fails("409 " .. second .. "/data/type",
        { op = "add", href = "/people", data = { type = "companies", attributes = { name = "New" } } })
      fails("400 " .. second .. "/data/lid", good)
      fails("422 " .. second .. "/ref/lid", { op = "remove", ref = lid("people", "later") })
      fails("422 " .. second .. "/data/relationships/owner/data/lid",
        add("contracts", nil, { title = "Lease" }, { owner = { data = lid("people", "later") } }))
      fails("404 " .. second, { op = "remove", ref = { type = "people", id = "999" } })
      fails("404 " .. second .. "/ref", { op = "remove", ref = { type = "nope", id = "1" } })
      fails("404 " .. second .. "/href", { op = "remove", href = "/people/1/manager" })
      fails("422 " .. second .. "/href", { op = "remove", href = "http://elsewhere.example/people/1" })
      fails("400 " .. second, { op = "remove", href = "/people/1", ref = { type = "people", id = "1" } })
      fails("400 " .. second, { op = "remove" })
      fails("400 " .. second, { op = "replace", ref = { type = "people", id = "1" } })
      fails("400 " .. second, { op = "update", ref = { type = "people", id = "1" } })
      fails("400 " .. second .. "/op", { op = 1 })
      fails("400 " .. second, "add")
      fails("409 " .. second .. "/data/id",
        { op = "update", ref = { type = "people", id = "1" }, data = { type = "people", id = "2" } })
      fails("403 " .. second,
        { op = "add", ref = { type = "people", id = "1", relationship = "manager" }, data = to("people", "2") })
      fails("403 " .. second .. "/data", { op = "update",
        ref = { type = "contracts", id = "1", relationship = "signers" }, data = { to("people", "2") },
      }, "replace/refuse")
      fails("403 " .. second .. "/data/type", add("bulk", nil, { title = "New" }))
      assert.equal(40, count(base, "companies"))
      assert.equal(204, (operate(base(), { { op = "remove", ref = { type = "people", id = "1" } } })))
    end)

    it("only as a document of operations", function()
      local url = fresh()()
      for _, body in ipairs {
        "{}", '{"atomic:operations":[]}', '{"atomic:operations":{}}',
        '{"atomic:operations":[{"op":"add"}],"data":null}',
      } do
        assert.equal(400, (operate(url, body)), body)
      end
      local remove = { { op = "remove", ref = { type = "people", id = "1" } } }
      assert.equal(415, (operate(url, remove, { ["Content-Type"] = MEDIA_TYPE })))
      assert.equal(406, (operate(url, remove, { Accept = MEDIA_TYPE })))
      assert.equal(405, (ask("GET", url .. "/operations", nil, { Accept = ATOMIC, ["Content-Type"] = ATOMIC })))
      assert.equal(204, (operate(url, remove, { Accept = MEDIA_TYPE .. ", " .. ATOMIC })))
      assert.equal(204, (operate(url, { { op = "remove", href = "/people/2" } }, { Accept = "*/*" })))
    end)

    it("with the other forms of responses", function()
      local base = fresh()
      local change = { { op = "update", data = { type = "contracts", id = "1", attributes = { note = "x" } } } }
      assert.equal(204, (operate(base "answer/none", change)))
      local _, meta = operate(base "answer/meta", change)
      assert.same({ ["atomic:results"] = { { meta = { done = true } } } }, meta)
      local _, _, headers = operate(base("answer/accepted", "job/0"), change)
      local status, _, done = ask("GET", headers["content-location"])
      assert.equal(303, status)
      local _, document, answered = ask("GET", done.location)
      assert.equal(ATOMIC, answered["content-type"])
      assert.equal("x", document["atomic:results"][1].data.attributes.note)
    end)
  end)
end)

-- How the sandbox creates, updates and deletes resources.

local json = require "cjson"
local sandbox = require "spec.support.sandbox"
local writes = require "spec.support.sandbox_writes"

local fresh, ask, new, to = writes.fresh, writes.ask, writes.new, writes.to
local ids, count, refuses = writes.ids, writes.count, writes.refuses
local UUID = "6fa0b8be-2f5e-4c4e-9d0c-3c5d1e2f7a0"
local sb = sandbox.get()

describe("the sandbox, written to,", function()
  describe("keeps", function()
    it("copies separate from each other and from the default database", function()
      local one, other = fresh(), fresh()
      assert.equal(201, (ask("POST", one() .. "/companies", new("companies", { name = "New" }))))
      assert.equal(41, count(one, "companies"))
      assert.equal(40, count(other, "companies"))
      assert.equal(40, count(function(...) return sb:at(...) end, "companies"))
      assert.equal(404, (ask("GET", sb:at "copy/no.dots" .. "/companies")))
    end)

    it("every digit and escape", function()
      local base = fresh()
      local texts = {
        title = [["\u00e9\u0000\"\\ \ud83e\udd1d Ünï 'quoted'"]], amount = "12345678901234.56",
        big = "9007199254740993", status = "1E+2",
        tags = [=[[ [], {}, null, 0.1, 1e-7, -0, 123456789012345678901234567890, "" ]]=],
        details = [[{"":{"a b":[{"deep":-0.0}]},"é":"\/"}]], note = '"%s"',
      }
      local members = {}
      for name, text in pairs(texts) do members[#members + 1] = ('"%s" : %s'):format(name, text) end
      local body = '{"data":{"type":"contracts","attributes":{' .. table.concat(members, "\n,") .. "}}}"
      local status, document, headers, answer = ask("POST", base() .. "/contracts", body)
      assert.equal(201, status)
      local _, _, _, read = ask("GET", headers.location)
      assert.equal(answer, read)
      for name, text in pairs(texts) do
        assert.truthy(read:find(('"%s":%s'):format(name, text), 1, true), name)
      end
      assert.equal("2001", document.data.id)
    end)

    it("bodies that nginx writes to a file", function()
      local base, note = fresh(), ("x"):rep(2 ^ 20 + 1)
      local status, document = ask("POST", base() .. "/contracts", new("contracts", { title = "Long", note = note }))
      assert.equal(201, status)
      assert.equal(note, document.data.attributes.note)
    end)

    it("nothing of a body that is not a document", function()
      local url = fresh()() .. "/contracts"
      local bodies = {
        "", "{", "[]", "null", "{}", '{"data":[]}', '{"data":null}', '{"data":{}}', '{"data":{"type":1}}', "{} x",
        '{"data":{"type":"contracts","attributes":[]}}', '{"data":{"type":"contracts","id":1}}', '{"a":01}',
        '{"data":{"type":"contracts","relationships":1}}', '{"a":1,"a":1}', '{"a":"\255"}', '{"a":"\\x"}', "[1,]",
        '{"a":"\1"}', '{"a":"\\ud800', '{"\\ud800":1}', ("["):rep(5000),
      }
      for _, body in ipairs(bodies) do assert.equal(400, (ask("POST", url, body)), body) end
      assert.equal(400, (ask("POST", url)))
    end)
  end)

  describe("creates", function()
    it("resources with the next number, at the URL in Location", function()
      local base = fresh()
      local owner = { data = to("people", "3") }
      local signers = { data = { to("people", "9"), to("people", "2"), to("people", "9") } }
      local body = new("contracts", { title = "Lease" }, { owner = owner, signers = signers })
      local status, document, headers = ask("POST", base() .. "/contracts?include=owner&fields[people]=name", body)
      assert.equal(201, status)
      assert.equal(base() .. "/contracts/2001", headers.location)
      assert.equal(headers.location, document.data.links.self)
      assert.equal("9 2", ids(document.data.relationships.signers.data))
      assert.equal(json.null, document.data.attributes.note)
      assert.is_false(document.data.attributes.archived)
      assert.same({ "3" }, { document.included[1].id, document.included[2] })
      ask("DELETE", headers.location)
      local _, second = ask("POST", base() .. "/contracts", body)
      assert.equal("2002", second.data.id)
    end)

    it("nothing that violates the schema, reporting every fault", function()
      local base = fresh()
      local url = base() .. "/contracts"
      refuses(422, "422 /data/attributes/title", "POST", url, new("contracts", {}))
      local wrong = { title = "", amount = "1", note = 1, archived = json.null, ["a/b~c"] = 1, owner = 1 }
      refuses(422, "422 /data/attributes/amount, 422 /data/attributes/archived, 422 /data/attributes/a~1b~0c, "
        .. "422 /data/attributes/note, 422 /data/attributes/owner, 422 /data/attributes/title",
        "POST", url, new("contracts", wrong))
      local title = { title = "Lease" }
      local function related(faults_expected, status, relationships)
        refuses(status, faults_expected, "POST", url, new("contracts", title, relationships))
      end
      related("422 /data/relationships/x", 422, { x = { data = json.null } })
      related("422 /data/relationships/owner", 422, { owner = { meta = {} } })
      related("422 /data/relationships/owner/data", 422, { owner = { data = { to("people", "1") } } })
      related("422 /data/relationships/signers/data", 422, { signers = { data = json.null } })
      related("409 /data/relationships/owner/data/type", 409, { owner = { data = to("companies", "1") } })
      related("404 /data/relationships/owner/data", 404, { owner = { data = to("people", "o'neill") } })
      related("404 /data/relationships/signers/data/1", 404,
        { signers = { data = { to("people", "1"), to("people", "121") } } })
      related("400 /data/relationships/owner/data/id", 400, { owner = { data = { type = "people", id = 1 } } })
      related("400 /data/relationships/owner/data", 400, { owner = { data = { type = "people" } } })
      related("422 /data/relationships/owner/data/lid", 422, { owner = { data = { type = "people", lid = "a" } } })
      refuses(400, "404 /data/relationships/owner/data, 422 /data/attributes/title", "POST", url,
        new("contracts", { title = json.null }, { owner = { data = to("people", "999") } }))
      refuses(409, "409 /data/type", "POST", url, new("people", { name = "Ada" }))
      assert.equal(400, (ask("POST", url .. "?include=nope", new("contracts", title))))
      assert.equal(2000, count(base, "contracts"))
      assert.equal(201, (ask("POST", url, new("contracts", title))))
    end)

    it("only writable types", function()
      for name, status in pairs { empties = 403, bulk = 403, nope = 404 } do
        assert.equal(status, (ask("POST", fresh()() .. "/" .. name, new(name, { name = "New" }))), name)
      end
      assert.equal(405, (ask("POST", fresh()() .. "/contracts/1", new("contracts", { title = "New" }))))
      local headers = { Authorization = "Bearer " .. sb.token_readonly }
      assert.equal(403, (ask("POST", fresh()() .. "/people", new("people", { name = "New" }), headers)))
    end)

    it("resources with client-generated ids where allowed", function()
      local base = fresh()
      local draft = new("drafts", { title = "Draft" }, nil, UUID .. "1")
      local status, document, headers = ask("POST", base() .. "/drafts", draft)
      assert.equal(201, status)
      assert.equal(UUID .. "1", document.data.id)
      assert.equal(base() .. "/drafts/" .. UUID .. "1", headers.location)
      assert.equal(200, (ask("GET", headers.location)))
      assert.equal(UUID .. "1", select(2, ask("GET", base "ids/numeric" .. "/drafts/" .. UUID .. "1")).data.id)
      refuses(409, "409 /data/id", "POST", base() .. "/drafts", draft)
      refuses(422, "422 /data/id", "POST", base() .. "/drafts", new("drafts", { title = "Draft" }, nil, "a'b"))
      refuses(403, "403 /data/id", "POST", base "client-ids/refuse" .. "/drafts", draft)
      local contract = new("contracts", { title = "Lease" }, nil, "3000")
      refuses(403, "403 /data/id", "POST", base() .. "/contracts", contract)
      assert.equal(201, (ask("POST", base "client-ids/allow" .. "/contracts", contract)))
      local _, numbered = ask("POST", base() .. "/contracts", new("contracts", { title = "Lease" }))
      assert.equal("3001", numbered.data.id)
      local _, filtered = ask("GET", base() .. "/drafts?filter[id]=1,o'neill," .. UUID .. "1")
      assert.equal(UUID .. "1", ids(filtered.data))
    end)

    it("resources that relate to themselves by a lid", function()
      local me = { type = "people", lid = "me" }
      local body = { data = {
        type = "people", lid = "me", attributes = { name = "Ada" }, relationships = { manager = { data = me } },
      } }
      local status, document = ask("POST", fresh()() .. "/people", body)
      assert.equal(201, status)
      assert.equal(document.data.id, document.data.relationships.manager.data.id)
    end)
  end)

  describe("updates", function()
    it("only what is sent", function()
      local base = fresh()
      local url = base() .. "/contracts/3"
      local _, before = ask("GET", url)
      local body = new("contracts", { note = json.null, title = "New" }, { owner = { data = json.null } }, "3")
      local status, document = ask("PATCH", url .. "?include=signers", body)
      assert.equal(200, status)
      assert.equal(url, document.data.links.self)
      assert.equal(3, #document.included)
      local _, after = ask("GET", url)
      before.data.attributes.note, before.data.attributes.title = json.null, "New"
      before.data.relationships.owner.data = json.null
      assert.same(before, after)
      local signers = { signers = { data = { to("people", "8"), to("people", "7") } } }
      local _, signed = ask("PATCH", url, new("contracts", nil, signers, "3"))
      assert.equal("8 7", ids(signed.data.relationships.signers.data))
      assert.equal(200, (ask("PATCH", url, new("contracts", nil, nil, "3"))))
    end)

    it("nothing invalid", function()
      local base = fresh()
      local url = base() .. "/contracts/3"
      local _, before = ask("GET", url)
      refuses(409, "409 /data/id", "PATCH", url, new("contracts", { title = "New" }, nil, "4"))
      refuses(409, "409 /data/type", "PATCH", url, new("people", { name = "New" }, nil, "3"))
      refuses(400, "400 /data", "PATCH", url, new("contracts", { title = "New" }))
      refuses(422, "422 /data/attributes/title", "PATCH", url, new("contracts", { note = "x", title = "" }, nil, "3"))
      local signers = { signers = { data = { to("people", "8"), to("people", "999") } } }
      refuses(404, "404 /data/relationships/signers/data/1", "PATCH", url,
        new("contracts", { note = "x" }, signers, "3"))
      signers.signers.data[2] = nil
      refuses(403, "403 /data/relationships/signers", "PATCH", base "replace/refuse" .. "/contracts/3",
        new("contracts", { note = "x" }, signers, "3"))
      assert.equal(404, (ask("PATCH", base() .. "/contracts/2001", new("contracts", { title = "New" }, nil, "2001"))))
      assert.equal(404, (ask("PATCH", base() .. "/contracts/03", new("contracts", { title = "New" }, nil, "03"))))
      assert.same(before, select(2, ask("GET", url)))
    end)

    it("by POST with X-HTTP-Method-Override", function()
      local url, headers = fresh()() .. "/contracts/3", { ["X-HTTP-Method-Override"] = "PATCH" }
      local status, document = ask("POST", url, new("contracts", { title = "New" }, nil, "3"), headers)
      assert.equal(200, status)
      assert.equal("New", document.data.attributes.title)
      headers["X-HTTP-Method-Override"] = "DELETE"
      assert.equal(400, (ask("POST", url, nil, headers)))
    end)
  end)

  it("deletes resources and the references to them", function()
    local base = fresh()
    ask("POST", base() .. "/drafts", new("drafts", { title = "Draft" }, { signers = { data = { to("people", "5") } } }))
    local status, _, headers, text = ask("DELETE", base() .. "/people/5")
    assert.equal(204, status)
    assert.equal("", text)
    assert.is_nil(headers["content-type"])
    assert.equal(404, (ask("GET", base() .. "/people/5")))
    assert.equal(404, (ask("DELETE", base() .. "/people/5")))
    local _, signed = ask("GET", base() .. "/contracts?filter[signers]=5")
    assert.equal(0, #signed.data)
    local _, draft = ask("GET", base() .. "/drafts/1")
    assert.equal(0, #draft.data.relationships.signers.data)
    local _, managed = ask("GET", base() .. "/people/10")
    assert.equal(json.null, managed.data.relationships.manager.data)
    assert.equal(204, (ask("DELETE", base() .. "/companies/1")))
    local _, person = ask("GET", base() .. "/people/40?include=company")
    assert.equal(json.null, person.data.relationships.company.data)
    assert.equal(403, (ask("DELETE", base() .. "/bulk/1")))
  end)

  describe("responds to a write", function()
    local contract = new("contracts", { title = "Lease" })
    local change = new("contracts", { note = "x" }, nil, "3")

    it("with no body", function()
      local base = fresh()
      local url = base "answer/none"
      local status, document = ask("POST", url .. "/contracts", contract)
      assert.equal(201, status)
      assert.equal("2001", document.data.id)
      assert.equal(204, (ask("POST", url .. "/drafts", new("drafts", { title = "Draft" }, nil, UUID .. "2"))))
      assert.equal(200, (ask("GET", base() .. "/drafts/" .. UUID .. "2")))
      assert.equal(204, (ask("PATCH", url .. "/contracts/3", change)))
      assert.equal(204, (ask("PATCH", url .. "/contracts/3/relationships/owner", { data = json.null })))
      assert.equal(204, (ask("DELETE", url .. "/contracts/3")))
    end)

    it("with meta alone", function()
      local url = fresh() "answer/meta"
      local status, document, headers = ask("POST", url .. "/contracts", contract)
      assert.equal(201, status)
      assert.same({ meta = { done = true } }, document)
      assert.equal(url .. "/contracts/2001", headers.location)
      for _, method in ipairs { "PATCH", "DELETE" } do
        local changed, meta = ask(method, url .. "/contracts/3", method == "PATCH" and change or nil)
        assert.equal(200, changed)
        assert.same({ meta = { done = true } }, meta)
      end
    end)

    it("with the new URL alone", function()
      local url = fresh() "answer/bare"
      local status, _, headers, text = ask("POST", url .. "/contracts", contract)
      assert.equal(201, status)
      assert.equal("", text)
      assert.is_nil(headers["content-type"])
      assert.equal(200, (ask("GET", headers.location)))
    end)

    it("with no unknown form", function()
      assert.equal(404, (ask("POST", sb:at "answer/nope" .. "/contracts", contract)))
    end)
  end)
end)

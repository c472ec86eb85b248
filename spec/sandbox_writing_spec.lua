-- How the sandbox writes, checked with a client that is not ours.

local http = require "socket.http"
local json = require "cjson"
local ltn12 = require "ltn12"
local sandbox = require "spec.support.sandbox"

local MEDIA_TYPE = "application/vnd.api+json"
local UUID = "6fa0b8be-2f5e-4c4e-9d0c-3c5d1e2f7a0"

describe("the sandbox, written to,", function()
  local sb = sandbox.get()
  local copies = 0

  -- The base URL of a copy of the database that nothing else uses, with more knobs where they are given
  local function fresh()
    copies = copies + 1
    local name = ("spec-%s-%d-%d"):format(tostring({}):gsub("%W", ""), os.time(), copies)
    return function(...) return sb:at("copy/" .. name, ...) end
  end

  -- Asks for a path under a base URL (or a whole URL): status, decoded body (or the text), headers, text
  local function ask(method, url, body, headers)
    local chunks = {}
    local sent = { Authorization = "Bearer " .. sb.token, Accept = MEDIA_TYPE }
    if type(body) == "table" then body = json.encode(body) end
    if body then sent["Content-Length"], sent["Content-Type"] = #body, MEDIA_TYPE end
    for name, value in pairs(headers or {}) do sent[name] = value or nil end
    local _, status, answered = http.request {
      url = url, method = method, headers = sent, sink = ltn12.sink.table(chunks), redirect = false,
      source = body and ltn12.source.string(body) or nil,
    }
    local text = table.concat(chunks)
    local decoded, document = pcall(json.decode, text)
    return status, decoded and document or text, answered, text
  end

  local function new(type, attributes, relationships, id)
    return { data = { type = type, id = id, attributes = attributes, relationships = relationships } }
  end

  local function to(type, id)
    return { type = type, id = id }
  end

  local function ids(list)
    local found = {}
    for i, resource in ipairs(list) do found[i] = resource.id end
    return table.concat(found, " ")
  end

  -- What a list tells of how many there are
  local function count(base, type)
    local _, document = ask("GET", base "shape/jadnc" .. "/" .. type)
    return document.meta.total
  end

  -- The faults of an answer, each as "status pointer", in alphabetical order
  local function faults(document)
    local list = {}
    for i, fault in ipairs(document.errors) do list[i] = fault.status .. " " .. tostring(fault.source.pointer) end
    table.sort(list)
    return table.concat(list, ", ")
  end

  local function refuses(status, faults_expected, method, url, body)
    local answered, document = ask(method, url, body)
    assert.equal(status, answered)
    assert.equal(faults_expected, faults(document))
    return document.errors[1]
  end

  describe("keeps", function()
    it("copies apart from each other and from the plain database", function()
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

    it("bodies that nginx puts into a file", function()
      local base, note = fresh(), ("x"):rep(3000000)
      local status, document = ask("POST", base() .. "/contracts", new("contracts", { title = "Long", note = note }))
      assert.equal(201, status)
      assert.equal(note, document.data.attributes.note)
    end)

    it("nothing of a body that is no document", function()
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
    it("resources with the next number, at the URL that it tells", function()
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

    it("nothing that breaks the schema, telling every fault", function()
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

    it("only what can be written", function()
      for name, status in pairs { empties = 403, bulk = 403, nope = 404 } do
        assert.equal(status, (ask("POST", fresh()() .. "/" .. name, new(name, { name = "New" }))), name)
      end
      assert.equal(405, (ask("POST", fresh()() .. "/contracts/1", new("contracts", { title = "New" }))))
      local headers = { Authorization = "Bearer " .. sb.token_readonly }
      assert.equal(403, (ask("POST", fresh()() .. "/people", new("people", { name = "New" }), headers)))
    end)

    it("resources with ids of the client's, where they may have them", function()
      local base = fresh()
      local draft = new("drafts", { title = "Draft" }, nil, UUID .. "1")
      local status, document, headers = ask("POST", base() .. "/drafts", draft)
      assert.equal(201, status)
      assert.equal(UUID .. "1", document.data.id)
      assert.equal(base() .. "/drafts/" .. UUID .. "1", headers.location)
      assert.equal(200, (ask("GET", headers.location)))
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
    it("what is sent, and nothing else", function()
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

    it("nothing that is wrong", function()
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

    it("by POST, where PATCH does not get through", function()
      local url, headers = fresh()() .. "/contracts/3", { ["X-HTTP-Method-Override"] = "PATCH" }
      local status, document = ask("POST", url, new("contracts", { title = "New" }, nil, "3"), headers)
      assert.equal(200, status)
      assert.equal("New", document.data.attributes.title)
      headers["X-HTTP-Method-Override"] = "DELETE"
      assert.equal(400, (ask("POST", url, nil, headers)))
    end)
  end)

  it("deletes resources and all that leads to them", function()
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

  describe("answers a write", function()
    local contract = new("contracts", { title = "Lease" })
    local change = new("contracts", { note = "x" }, nil, "3")

    it("by nothing", function()
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

    it("by meta alone", function()
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

    it("by the new URL alone", function()
      local url = fresh() "answer/bare"
      local status, _, headers, text = ask("POST", url .. "/contracts", contract)
      assert.equal(201, status)
      assert.equal("", text)
      assert.is_nil(headers["content-type"])
      assert.equal(200, (ask("GET", headers.location)))
    end)

    it("by no form that it does not know", function()
      assert.equal(404, (ask("POST", sb:at "answer/nope" .. "/contracts", contract)))
    end)
  end)

  describe("changes relationships", function()
    local function linkage(...)
      local list = {}
      for i, id in ipairs { ... } do list[i] = to("people", id) end
      return { data = #list > 0 and list or setmetatable({}, json.array_mt) }
    end

    it("to one", function()
      local url = fresh()() .. "/contracts/3/relationships/owner"
      local status, document = ask("PATCH", url, { data = to("people", "9") })
      assert.equal(200, status)
      assert.equal("9", document.data.id)
      local _, cleared = ask("PATCH", url, { data = json.null })
      assert.equal(json.null, cleared.data)
      assert.equal(403, (ask("POST", url, { data = to("people", "9") })))
      assert.equal(403, (ask("DELETE", url, { data = to("people", "9") })))
      refuses(422, "422 /data", "PATCH", url, { data = { to("people", "9") } })
      refuses(409, "409 /data/type", "PATCH", url, { data = to("companies", "9") })
      refuses(404, "404 /data", "PATCH", url, { data = to("people", "999") })
      assert.equal(json.null, select(2, ask("GET", url)).data)
    end)

    it("to many, keeping their order", function()
      local url = fresh()() .. "/contracts/3/relationships/signers"
      local function changed(expected, method, body)
        local status, document = ask(method, url, body)
        assert.equal(200, status)
        assert.equal(expected, ids(document.data))
        assert.equal(expected, ids(select(2, ask("GET", url)).data))
      end
      changed("9 2 5", "PATCH", linkage("9", "2", "5"))
      changed("9 2 5 1", "POST", linkage("2", "1"))
      changed("9 5 1", "DELETE", linkage("2", "100"))
      changed("9 5 1", "POST", '{"data":[]}')
      changed("", "PATCH", '{"data":[]}')
      changed("3", "POST", linkage("3"))
    end)

    it("to many, of resources that know it themselves", function()
      local url = fresh()() .. "/companies/1/relationships/people"
      local _, before = ask("GET", url)
      assert.equal("40 80 120", ids(before.data))
      assert.equal("1 40 80 120", ids(select(2, ask("POST", url, linkage "1")).data))
      assert.equal("40 80 120", ids(select(2, ask("DELETE", url, linkage("1", "2"))).data))
      assert.equal("2 40", ids(select(2, ask("PATCH", url, linkage("40", "2"))).data))
    end)

    it("never by what is wrong", function()
      local base = fresh()
      local url = base() .. "/contracts/3/relationships/signers"
      local before = ids(select(2, ask("GET", url)).data)
      for _, method in ipairs { "PATCH", "POST", "DELETE" } do
        refuses(400, "400 ", method, url, "{}")
        refuses(422, "422 /data", method, url, { data = to("people", "1") })
        refuses(422, "422 /data", method, url, { data = json.null })
        refuses(400, "400 /data/0", method, url, { data = { 1 } })
        refuses(409, "409 /data/1/type", method, url, { data = { to("people", "1"), to("companies", "1") } })
        refuses(404, "404 /data/1", method, url, linkage("1", "999"))
        assert.equal(400, (ask(method, url)))
      end
      refuses(403, "403 /data", "PATCH", base "replace/refuse" .. "/contracts/3/relationships/signers", linkage "1")
      assert.equal(before, ids(select(2, ask("GET", url)).data))
      assert.equal(200, (ask("POST", base "replace/refuse" .. "/contracts/3/relationships/signers", linkage "1")))
      assert.equal(404, (ask("PATCH", base() .. "/contracts/2001/relationships/signers", linkage "1")))
      assert.equal(404, (ask("PATCH", base() .. "/contracts/1/relationships/nope", linkage "1")))
    end)

    it("and includes what they lead to", function()
      local url = fresh()() .. "/contracts/3/relationships/signers"
      local status, document = ask("GET", url .. "?include=signers.company&fields[people]=name")
      assert.equal(200, status)
      assert.equal(3, #document.data)
      assert.equal(6, #document.included)
      assert.is_nil(document.data[1].attributes)
      local _, added = ask("POST", url .. "?include=signers", linkage "1")
      assert.equal(4, #added.included)
      local _, none = ask("GET", fresh()() .. "/contracts/10/relationships/company?include=company")
      assert.same({ data = json.null, included = {} }, none)
      assert.equal(400, (ask("GET", url .. "?include=owner")))
    end)
  end)

  describe("knows by ETag", function()
    local function change(note) return new("contracts", { note = note }, nil, "3") end

    it("whether a resource has changed", function()
      local base = fresh()
      local url = base() .. "/contracts/3"
      local _, _, read = ask("GET", url)
      assert.truthy(read.etag:find '^"[%w.]+"$')
      local function patch(match, note)
        return ask("PATCH", url, change(note), { ["If-Match"] = match })
      end
      local status, document, headers = patch(read.etag, "one")
      assert.equal(200, status)
      assert.not_equal(read.etag, headers.etag)
      local refused, problem = patch(read.etag, "two")
      assert.equal(412, refused)
      assert.same({ header = "If-Match" }, problem.errors[1].source)
      assert.equal("one", document.data.attributes.note)
      assert.equal("one", select(2, ask("GET", url)).data.attributes.note)
      assert.equal(200, (patch("W/" .. headers.etag, "two")))
      assert.equal(412, (patch('"a", "b"', "three")))
      local _, _, included = ask("GET", url .. "?include=owner")
      assert.equal(200, (patch('"a",' .. included.etag, "three")))
      assert.equal(200, (patch("*", "four")))
      local signers = base() .. "/contracts/3/relationships/signers"
      assert.equal(412, (ask("POST", signers, { data = { to("people", "1") } }, { ["If-Match"] = read.etag })))
      assert.equal(412, (ask("DELETE", url, nil, { ["If-Match"] = read.etag })))
      local _, _, last = ask("GET", url)
      assert.equal(204, (ask("DELETE", url, nil, { ["If-Match"] = last.etag })))
      assert.equal(404, (ask("DELETE", url, nil, { ["If-Match"] = "*" })))
    end)

    it("from the answer to creating", function()
      local base = fresh()
      local _, _, created = ask("POST", base() .. "/contracts", new("contracts", { title = "Lease" }))
      local _, _, read = ask("GET", created.location)
      assert.equal(created.etag, read.etag)
      assert.equal(204, (ask("DELETE", created.location, nil, { ["If-Match"] = created.etag })))
    end)

    it("whether an answer is the one that the client has", function()
      local url = fresh()() .. "/contracts/3"
      local _, _, read = ask("GET", url)
      local status, _, headers, text = ask("GET", url, nil, { ["If-None-Match"] = 'W/"x", W/' .. read.etag })
      assert.equal(304, status)
      assert.equal("", text)
      assert.equal(read.etag, headers.etag)
      assert.equal(200, (ask("GET", url .. "?include=owner", nil, { ["If-None-Match"] = read.etag })))
      ask("PATCH", url, change "new")
      assert.equal(200, (ask("GET", url, nil, { ["If-None-Match"] = read.etag })))
    end)
  end)
end)

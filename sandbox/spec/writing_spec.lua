-- How the sandbox writes, tested with luasocket's client.

local http = require "socket.http"
local json = require "cjson"
local ltn12 = require "ltn12"
local sandbox = require "spec.support.sandbox"

local MEDIA_TYPE = "application/vnd.api+json"
local UUID = "6fa0b8be-2f5e-4c4e-9d0c-3c5d1e2f7a0"

describe("the sandbox, written to,", function()
  local sb = sandbox.get()

  -- A function that returns the base URL of a new copy of the database, with knobs
  local function fresh()
    local _, name = sb:copy()
    return function(...) return sb:at("copy/" .. name, ...) end
  end

  -- Sends a request. Returns status, decoded body (or the text), headers, text
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

  -- The total that a list states
  local function count(base, type)
    local _, document = ask("GET", base "shape/jadnc" .. "/" .. type)
    return document.meta.total
  end

  -- The errors of a response, each as "status pointer", in alphabetical order
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
      local base, note = fresh(), ("x"):rep(3000000)
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

    it("to many, keeping the order", function()
      local url = fresh()() .. "/contracts/3/relationships/signers"
      local function changed(expected, method, body)
        local status, document = ask(method, url, body)
        assert.equal(200, status)
        assert.equal(expected, ids(document.data))
        assert.equal(expected, ids(select(2, ask("GET", url)).data))
      end
      changed("9 2 5", "PATCH", linkage("9", "2", "5"))
      changed("9 2 5 1", "POST", linkage("2", "1"))
      changed("9 5 1", "DELETE", linkage("2", "100", "999"))
      changed("9 5 1", "POST", '{"data":[]}')
      changed("", "PATCH", '{"data":[]}')
      changed("3", "POST", linkage("3"))
    end)

    it("to many, through the resources' own columns", function()
      local url = fresh()() .. "/companies/1/relationships/people"
      local _, before = ask("GET", url)
      assert.equal("40 80 120", ids(before.data))
      assert.equal("1 40 80 120", ids(select(2, ask("POST", url, linkage "1")).data))
      assert.equal("40 80 120", ids(select(2, ask("DELETE", url, linkage("1", "2"))).data))
      assert.equal("2 40", ids(select(2, ask("PATCH", url, linkage("40", "2"))).data))
    end)

    it("never by invalid data", function()
      local base = fresh()
      local url = base() .. "/contracts/3/relationships/signers"
      local before = ids(select(2, ask("GET", url)).data)
      for _, method in ipairs { "PATCH", "POST", "DELETE" } do
        refuses(400, "400 ", method, url, "{}")
        refuses(422, "422 /data", method, url, { data = to("people", "1") })
        refuses(422, "422 /data", method, url, { data = json.null })
        refuses(400, "400 /data/0", method, url, { data = { 1 } })
        refuses(409, "409 /data/1/type", method, url, { data = { to("people", "1"), to("companies", "1") } })
        if method ~= "DELETE" then refuses(404, "404 /data/1", method, url, linkage("1", "999")) end
        assert.equal(400, (ask(method, url)))
      end
      refuses(403, "403 /data", "PATCH", base "replace/refuse" .. "/contracts/3/relationships/signers", linkage "1")
      assert.equal(before, ids(select(2, ask("GET", url)).data))
      assert.equal(200, (ask("POST", base "replace/refuse" .. "/contracts/3/relationships/signers", linkage "1")))
      assert.equal(404, (ask("PATCH", base() .. "/contracts/2001/relationships/signers", linkage "1")))
      assert.equal(404, (ask("PATCH", base() .. "/contracts/1/relationships/nope", linkage "1")))
    end)

    it("and includes related resources", function()
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

  describe("recognises by ETag", function()
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

    it("from the response to a creation", function()
      local base = fresh()
      local _, _, created = ask("POST", base() .. "/contracts", new("contracts", { title = "Lease" }))
      local _, _, read = ask("GET", created.location)
      assert.equal(created.etag, read.etag)
      assert.equal(204, (ask("DELETE", created.location, nil, { ["If-Match"] = created.etag })))
    end)

    it("whether the client has the current response", function()
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

  describe("fails on request", function()
    local contract = new("contracts", { title = "Lease" })

    it("before execution", function()
      local base = fresh()
      local url = base("fail/" .. tostring({}):gsub("%W", "") .. "/503/1") .. "/contracts"
      assert.equal(503, (ask("POST", url, contract)))
      assert.equal(2000, count(base, "contracts"))
      assert.equal(201, (ask("POST", url, contract)))
    end)

    it("after execution", function()
      local base = fresh()
      for i, status in ipairs { 503, 444 } do
        local key = tostring({}):gsub("%W", "")
        local url = base("fail-after/" .. key .. "/" .. status .. "/1", "retry-after/3") .. "/contracts"
        local answered, _, headers = ask("POST", url, contract)
        assert.equal(status == 444 and "closed" or status, answered)
        if status == 503 then assert.equal("3", headers["retry-after"]) end
        assert.equal(1999 + 2 * i, count(base, "contracts"))
        assert.equal(201, (ask("POST", url, contract)))
      end
    end)

    it("slowly, after execution", function()
      local base = fresh()
      local socket = require "socket"
      local before = socket.gettime()
      assert.equal(201, (ask("POST", base "delay-after/0.1" .. "/contracts", contract)))
      assert.is_true(socket.gettime() - before >= 0.09)
    end)
  end)

  describe("executes a write with an idempotency key once", function()
    local contract = new("contracts", { title = "Lease" })

    it("and repeats the first response", function()
      local base = fresh()
      local headers = { ["Idempotency-Key"] = "one" }
      local key = tostring({}):gsub("%W", "")
      assert.equal(422, (ask("POST", base() .. "/contracts", new("contracts", {}), headers)))
      assert.equal(503, (ask("POST", base("fail-after/" .. key .. "/503/1") .. "/contracts", contract, headers)))
      local status, first = ask("POST", base() .. "/contracts", contract, headers)
      assert.equal(201, status)
      local _, second, answered = ask("POST", base() .. "/contracts", contract, headers)
      assert.same(first, second)
      assert.truthy(answered.location)
      assert.equal(2001, count(base, "contracts"))
      assert.equal(201, (ask("POST", base() .. "/contracts", contract, { ["Idempotency-Key"] = "two" })))
      assert.equal(201, (ask("POST", fresh()() .. "/contracts", contract, headers)))
    end)

    it("and rejects other requests with that key", function()
      local url, headers = fresh()() .. "/contracts", { ["Idempotency-Key"] = "one" }
      assert.equal(201, (ask("POST", url, contract, headers)))
      local status, document = ask("POST", url, new("contracts", { title = "Loan" }), headers)
      assert.equal(422, status)
      assert.same({ header = "Idempotency-Key" }, document.errors[1].source)
    end)
  end)

  describe("delays", function()
    local socket = require "socket"
    local contract = new("contracts", { title = "Lease" })

    -- Starts a job and returns the URL of its state
    local function starts(method, url, body)
      local status, document, headers = ask(method, url, body)
      assert.equal(202, status)
      assert.equal("jobs", document.data.type)
      assert.equal("pending", document.data.attributes.status)
      assert.equal(document.data.links.self, headers["content-location"])
      assert.is_nil(headers["retry-after"])
      return headers["content-location"]
    end

    it("creating", function()
      local base = fresh()
      local job = starts("POST", base("answer/accepted", "job/0.5") .. "/contracts", contract)
      assert.truthy(job:find("/answer/accepted/job/0.5/v1/api/jobs/1", 1, true))
      assert.equal(404, (ask("GET", base() .. "/contracts/2001")))
      local status, document = ask("GET", job)
      assert.equal(200, status)
      assert.equal("pending", document.data.attributes.status)
      socket.sleep(0.55)
      assert.equal(200, (ask("GET", base() .. "/contracts/2001")))
      local done, _, headers = ask("GET", job)
      assert.equal(303, done)
      assert.truthy(headers.location:find "/contracts/2001$")
      assert.equal("2001", select(2, ask("GET", headers.location)).data.id)
    end)

    it("every other write", function()
      local base = fresh()
      local url = base("answer/accepted", "job/0")
      local function ends_at(place, method, path, body)
        local _, _, headers = ask("GET", starts(method, url .. path, body))
        assert.equal(url .. place, headers.location)
        assert.equal(200, (ask("GET", headers.location)))
      end
      ends_at("/contracts/3", "PATCH", "/contracts/3", new("contracts", { note = "x" }, nil, "3"))
      ends_at("/contracts/3/relationships/owner", "PATCH", "/contracts/3/relationships/owner", { data = json.null })
      ends_at("/contracts", "DELETE", "/contracts/3")
      assert.equal(404, (ask("GET", base() .. "/contracts/3")))
    end)

    it("work that then fails", function()
      local base = fresh()
      local job = starts("POST", base("answer/accepted", "job/0", "job-fails/422") .. "/contracts", contract)
      refuses(422, "422 /data/attributes/status, 422 /data/attributes/title", "GET", job)
      local invalid = starts("POST", base("answer/accepted", "job/0") .. "/contracts", new("contracts", {}))
      refuses(422, "422 /data/attributes/title", "GET", invalid)
      assert.equal(2000, count(base, "contracts"))
      assert.equal(404, (ask("GET", base() .. "/jobs/3")))
      assert.equal(404, (ask("GET", base() .. "/jobs/1/result/x")))
    end)

    it("with Retry-After", function()
      local base = fresh()
      local _, _, headers = ask("POST", base("answer/accepted", "retry-after/0") .. "/contracts", contract)
      assert.equal("0", headers["retry-after"])
      local _, _, pending = ask("GET", headers["content-location"])
      assert.equal("0", pending["retry-after"])
    end)

    it("with only a Location", function()
      local base = fresh()
      local url = base("answer/accepted", "job/0.5", "job-by/location")
      local status, _, headers, text = ask("POST", url .. "/contracts", contract)
      assert.equal(202, status)
      assert.equal("", text)
      assert.is_nil(headers["content-location"])
      assert.equal(202, (ask("GET", headers.location)))
      socket.sleep(0.55)
      local done, document, answered = ask("GET", headers.location)
      assert.equal(200, done)
      assert.equal("2001", document.data.id)
      assert.truthy(answered.etag)
      local _, _, deletion = ask("DELETE", base("answer/accepted", "job/0", "job-by/location") .. "/contracts/1")
      assert.equal(204, (ask("GET", deletion.location)))
    end)

    it("without a URL to poll", function()
      local base = fresh()
      local status, _, headers, text = ask("POST", base("answer/accepted-silent", "job/0") .. "/contracts", contract)
      assert.equal(202, status)
      assert.equal("", text)
      assert.is_nil(headers.location or headers["content-location"])
      assert.equal(2001, count(base, "contracts"))
    end)
  end)

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

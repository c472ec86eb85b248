-- How the sandbox changes relationships.

local json = require "cjson"
local writes = require "spec.support.sandbox_writes"

local fresh, ask, to, ids, refuses = writes.fresh, writes.ask, writes.to, writes.ids, writes.refuses

describe("the sandbox, written to,", function()
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
end)

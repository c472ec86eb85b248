-- Writes that are sent again or fail on request: ETags, idempotency keys and failures.

local writes = require "spec.support.sandbox_writes"

local fresh, ask, new, to, count = writes.fresh, writes.ask, writes.new, writes.to, writes.count

describe("the sandbox, written to,", function()
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
end)

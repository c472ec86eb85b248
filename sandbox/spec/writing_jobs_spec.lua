-- How the sandbox answers 202: jobs.

local json = require "cjson"
local writes = require "spec.support.sandbox_writes"

local fresh, ask, new = writes.fresh, writes.ask, writes.new
local count, refuses = writes.count, writes.refuses

describe("the sandbox, written to,", function()
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
end)

-- Jobs: the result of a 202, and waiting for it.

local harnest = require "harnest"
local database_copy = require "spec.support.database_copy"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"
local socket = require "socket"

describe("job", function()
  local sb = sandbox.get()
  local api
  local open = database_copy(teardown, function(opened) api = opened end)

  it("states the URL to poll and the wait", function()
    open("answer/accepted", "retry-after/0")
    local job = assert(api:create("contracts", { attributes = { title = "x" } }))
    assert.is_true(job.accepted)
    assert.matches("/jobs/%d+$", job.content_location)
    assert.equal(0, job.retry_after)
    assert.equal("pending", job.data.attributes.status)
    assert.equal("harnest.job: " .. job.content_location, tostring(job))
    assert(api:wait(job))
  end)

  for _, way in ipairs { "", "job-by/location" } do
    describe(way == "" and "by Content-Location" or "by Location", function()
      local function begin(...)
        local knobs = { "answer/accepted", "retry-after/0", "job/0.1", ... }
        if way ~= "" then knobs[#knobs + 1] = way end
        return open((table.unpack or unpack)(knobs)) -- luacheck: ignore
      end

      it("ends with what the write would have returned", function()
        begin()
        local contract, document = api:wait(api:create("contracts", { attributes = { title = "made later" } }))
        assert.equal("2001", contract.id)
        assert.equal("made later", contract.attributes.title)
        assert.equal(contract, document.data)
        assert.truthy(harnest.etag(contract))
        contract = assert(api:wait(api:update(contract, { attributes = { title = "changed later" } })))
        assert.equal("changed later", contract.attributes.title)
        local signers = api:relationship(contract, "signers")
        assert.equal(1, #assert(api:wait(signers:add { type = "people", id = 1 })))
        assert.is_true(api:wait(api:delete(contract)))
        assert.equal("not_found", select(2, api:get(contract:ref())).kind)
        local results = assert(api:wait(api:atomic { { op = "add", data = {
          type = "contracts", attributes = { title = "many" },
        } }, { op = "remove", ref = { type = "contracts", id = 3 } } }))
        assert.equal("many", results[1].data.attributes.title)
        assert.same({}, results[2])
      end)

      it("ends with the error of the work", function()
        begin "job-fails/422"
        local nothing, err = api:wait(api:create("contracts", { attributes = { title = "x" } }))
        assert.is_nil(nothing)
        assert.equal("invalid", err.kind)
        begin "job-fails/409"
        assert.equal("conflict", select(2, api:wait(api:delete("contracts", 1))).kind)
      end)
    end)
  end

  it("is polled at the server's interval or a growing one", function()
    open("answer/accepted", "job/0.5")
    sb:mark()
    assert(api:wait(api:create("contracts", { attributes = { title = "x" } })))
    local looks = #sb:requests "/jobs/"
    assert.is_true(looks >= 2 and looks <= 5, looks)
    open("answer/accepted", "job/0.5", "retry-after/1")
    sb:mark()
    assert(api:wait(api:create("contracts", { attributes = { title = "x" } })))
    assert.equal(1, #sb:requests "/jobs/")
  end)

  it("applies the client's deadline to the whole wait", function()
    open("answer/accepted", "job/60", "retry-after/0")
    local url = tostring(api):match "http.*"
    api:close()
    api = harnest.new { url = url, token = sb.token, dialect = "harnest", deadline = 0.4 }
    local started = socket.gettime()
    local nothing, err = api:wait(api:create("contracts", { attributes = { title = "x" } }))
    assert.is_nil(nothing)
    assert.equal("timeout", err.kind)
    assert.is_true(socket.gettime() - started < 3)
    open("answer/accepted", "job/60", "retry-after/30")
    url = tostring(api):match "http.*"
    api:close()
    api = harnest.new { url = url, token = sb.token, dialect = "harnest", deadline = 3 }
    started = socket.gettime()
    assert.equal("timeout", select(2, api:wait(api:create("contracts", { attributes = { title = "x" } }))).kind)
    assert.is_true(socket.gettime() - started < 3) -- at once, since the next poll would be too late
  end)

  it("without a URL to poll is only accepted", function()
    open "answer/accepted-silent"
    local job = assert(api:create("contracts", { attributes = { title = "x" } }))
    assert.is_true(job.accepted)
    assert.is_nil(job.content_location or job.location)
    assert.equal("harnest.job: accepted, with nothing to poll", tostring(job))
    assert.is_true(api:wait(job))
  end)

  it("may be stored as plain data", function()
    open("answer/accepted", "retry-after/0")
    local kept = {}
    local job = assert(api:create("contracts", { attributes = { title = "x" } }))
    for name, value in pairs(job) do kept[name] = value end
    assert.equal("2001", assert(api:wait(kept)).id)
  end)

  it("may be any other value, which wait returns", function()
    open()
    local contract, document = api:wait(api:create("contracts", { attributes = { title = "x" } }))
    assert.equal("2001", contract.id)
    assert.equal(contract, document.data)
    assert.is_true(api:wait(true))
    local nothing, err = api:wait(api:get("contracts", "none"))
    assert.is_nil(nothing)
    assert.equal("not_found", err.kind)
    assert.is_nil(api:wait(nil))
  end)

  describe("with scripted responses", function()
    local raw
    setup(function() raw = rawserver.start() end)
    teardown(function() raw:stop() end)

    local function job_at(headers, ...)
      raw:reset():play { { raw.response(202, headers, "") }, ... }
      api:close()
      api = harnest.new { url = raw.url .. "/api", retries = 0, token = "a-secret-token" }
      return api:wait(api:create("t", {}))
    end

    it("is not polled on another server", function()
      local other = rawserver.start()
      for _, field in ipairs { "Location", "Content-Location" } do
        local nothing, err = job_at { [field] = other.url .. "/api/jobs/1" }
        assert.is_nil(nothing)
        assert.equal("refused", err.kind)
      end
      local nothing, err = job_at({ ["Content-Location"] = "/api/jobs/1" },
        { raw.response(303, { Location = other.url .. "/api/t/1" }) })
      assert.is_nil(nothing)
      assert.equal("refused", err.kind)
      assert.equal(0, #other:requests())
      other:stop()
    end)

    it("is polled at the server each time, also with a cache", function()
      local pending = { match = "GET /api/jobs/1", raw.response(200, { ["Cache-Control"] = "max-age=60", ETag = '"1"' },
        '{"data":{"type":"jobs","id":"1"}}') }
      raw:reset()
      raw:play { { raw.response(202, { ["Content-Location"] = "/api/jobs/1", ["Retry-After"] = "0" }) },
        pending, pending, { raw.response(303, { Location = "/api/t/1" }) },
        { raw.response(200, {}, '{"data":{"type":"t","id":"1"}}') } }
      local cached = harnest.new { url = raw.url .. "/api", token = false, dialect = "jsonapi", cache = true }
      local started = socket.gettime()
      assert.equal("1", assert(cached:wait(assert(cached:create("t", {})))).id)
      assert.truthy(socket.gettime() - started >= 0.15) -- three polls, 50 ms apart at least
      local requests = raw:requests()
      assert.equal(5, #requests)
      for i = 2, 5 do
        local text = requests[i].head or requests[i]
        assert.truthy(text:lower():find("cache-control: no-cache", 1, true), text)
        assert.is_nil(text:lower():find("if-none-match", 1, true))
      end
      cached:close()
    end)

    it("may end with any response", function()
      local at = { ["Content-Location"] = "/api/jobs/1", ["Retry-After"] = "0" }
      local done = { raw.response(303, { Location = "/api/t/1" }) }
      assert.equal("1", job_at(at, done, { raw.response(200, {}, '{"data":{"type":"t","id":"1"}}') }).id)
      assert.is_true(job_at(at, done, { raw.response(200, {}, '{"meta":{}}') }))
      assert.is_true(job_at(at, done, { raw.response(204) }))
      assert.is_true(job_at(at, { raw.response(204) }))
      assert.equal("not_found", select(2, job_at(at, done, { raw.response(404) })).kind)
      assert.equal("protocol", select(2, job_at(at, { raw.response(200, {}, "<html>") })).kind)
      assert.equal("protocol", select(2, job_at(at, done, { raw.response(200, {}, '{"data":[]}') })).kind)
      assert.equal("server_error", select(2, job_at(at, { raw.response(500) })).kind)
      assert.equal("network", select(2, job_at(at, { times = 9, { close = true } })).kind)
    end)
  end)
end)

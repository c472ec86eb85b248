-- Failures without a response: they are recorded, and played without the wait.

local new_fixture = require "spec.support.cassette_fixture"

local ONE = '{"data":{"type":"t","id":"1"}}'

describe("a recorded failure", function()
  local fixture = new_fixture(setup, before_each, after_each, teardown)
  local raw = fixture.raw

  local failures = {
    { name = "a timeout", script = { { stall = true } }, kind = "timeout", options = { timeout = 0.2 } },
    { name = "a reset", script = { { reset = true } }, kind = "network" },
    { name = "a body that is cut short", kind = "protocol",
      script = { "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", { close = true } } },
    { name = "headers that are cut short", kind = "protocol",
      script = { "HTTP/1.1 200 OK\r\nConte", { close = true } } },
    { name = "what is no HTTP", script = { "SSH-2.0-x\r\n", { close = true } }, kind = "protocol" },
    { name = "a body that is too large", script = { raw.response(200, {}, ("x"):rep(2000)) }, kind = "protocol",
      options = { max_response = 1000 } },
  }

  for _, failure in ipairs(failures) do
    it("is " .. failure.name, function()
      local function get(api)
        local _, err = api:get("t", 1)
        return err
      end
      local live = fixture:record({ failure.script }, get, failure.options)
      assert.equal(failure.kind, live.kind, live.message)
      assert.equal(failure.kind, fixture:read().interactions[1].failure.kind)
      local played = fixture:replay(get, failure.options)
      assert.equal(live.message, played.message)
      assert.equal(live.retryable, played.retryable)
      assert.equal(live.outcome_unknown, played.outcome_unknown)
    end)
  end

  it("is TLS where there is none, and a refused connection", function()
    local no_tls = { match = "connect", "HTTP/1.1 400 Bad Request\r\n\r\n", { close = true } }
    local urls = { (raw.url:gsub("^http:", "https:")), "http://127.0.0.1:1/api" }
    for i, url in ipairs(urls) do
      local function get(api) return select(2, api:get("t", 1)) end
      local live = fixture:record({ no_tls }, get, { url = url })
      local played = fixture:replay(get)
      assert.truthy(live.kind == "network" or i == 1 and live.kind == "tls", live.kind) -- Schannel sees a cut
      assert.equal(live.kind, played.kind)
      assert.equal(live.message, played.message)
    end
  end)

  it("is retried as it was", function()
    local function get(api)
      return { api:get("t", 1).id, api:stats().requests, api:stats().retries }
    end
    local options = { retries = 2, timeout = 0.2 }
    assert.same({ "1", 3, 2 }, fixture:record({ { { reset = true } }, { { stall = true } },
      { raw.response(200, {}, ONE) } }, get, options))
    assert.equal(3, #fixture:read().interactions)
    assert.same({ "1", 3, 2 }, fixture:replay(get, options))
    assert.same({}, fixture.warnings)
  end)

  it("of a write is known to be unknown", function()
    local function create(api) return select(2, api:create("t", {})) end
    local live = fixture:record({ { { reset = true } } }, create, { retries = 3 })
    assert.is_true(live.outcome_unknown)
    local played = fixture:replay(create, { retries = 3 })
    assert.is_true(played.outcome_unknown)
    assert.is_falsy(played.retryable)
  end)

  it("ends at the deadline again, without the wait", function()
    local function get(api) return select(2, api:get("t", 1)) end
    local options = { retries = 3, deadline = 0.3, timeout = 5 }
    local live = fixture:record({ { { stall = true } } }, get, options)
    assert.equal("timeout", live.kind)
    local played = fixture:replay(get, options)
    assert.equal(live.message, played.message)
    assert.same({}, fixture.warnings)
  end)

  it("may be written by hand with its kind alone", function()
    fixture:write {
      { request = { method = "GET", path = "t/1" }, failure = { kind = "timeout" } },
      { request = { method = "GET", path = "t/1" }, failure = { kind = "network", sent = false } },
      { request = { method = "GET", path = "t/1" },
        response = { status = 200, body = { data = { type = "t", id = "1" } } } },
      { request = { method = "GET", path = "t/2" },
        failure = { kind = "tls", permanent = true, message = "no trust" } },
    }
    fixture:replay(function(api)
      assert.equal("1", api:get("t", 1).id)
      local _, err = api:get("t", 2)
      assert.equal("tls", err.kind)
      assert.truthy(err.message:find("no trust", 1, true))
    end, { retries = 3 })
  end)
end)

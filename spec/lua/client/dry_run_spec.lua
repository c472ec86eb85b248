-- The option dry_run: requests are traced, and not sent.

local clients = require "spec.support.clients"

local TOKEN = "token-of-the-dry-run"
local ONE = '{"data":{"type":"things","id":"1"}}'

describe("dry_run", function()
  local events = {}
  local group = clients(function(raw)
    events = {}
    return {
      url = raw.url .. "/api", token = TOKEN, timeout = 5, dry_run = true, trace_detail = "body",
      trace = function(event) events[#events + 1] = event end,
    }
  end)
  group:hook(setup, before_each, after_each, teardown)
  local raw = group.raw

  local function assert_not_sent(result, err)
    assert.is_nil(result)
    assert.equal("refused", err.kind)
    assert.matches("not sent: the option dry_run is set", err.message, 1, true)
    assert.is_false(err.outcome_unknown or err.retryable)
    assert.equal(0, err.attempts)
    assert.equal(0, #raw:connections())
  end

  it("traces a write with its headers and its whole body", function()
    local long = ("x"):rep(20000)
    local api = group:open {}
    assert_not_sent(api:create("things", { attributes = { title = long }, idempotency_key = "k" }))
    assert.equal(1, #events)
    local event = events[1]
    assert.equal("request", event.event)
    assert.equal("POST", event.method)
    assert.equal(raw.url .. "/api/things", event.url)
    assert.equal(1, event.attempt)
    assert.equal("application/vnd.api+json", event.request_headers["content-type"])
    assert.equal("k", event.request_headers["idempotency-key"])
    assert.equal("Bearer [token]", event.request_headers.authorization)
    assert.equal('{"data":{"attributes":{"title":"' .. long .. '"},"type":"things"}}', event.request_body)
    assert.equal(#event.request_body, event.body_size)
  end)

  it("refuses every call", function()
    local api = group:open {}
    assert_not_sent(api:get("things", 1))
    assert_not_sent(api:all "things")
    assert_not_sent(api:update("things", 1, { attributes = { a = 1 } }))
    assert_not_sent(api:delete("things", 1))
    assert_not_sent(api:relationship("things", 1, "owner"):replace({ type = "people", id = "1" }))
    assert_not_sent(api:request { method = "POST", path = "/things/1/send" })
    assert_not_sent(api:atomic { { op = "remove", ref = { type = "things", id = "1" } } })
    assert.equal(7, #events)
    assert.equal(0, api:stats().requests)
  end)

  it("does not send concurrent pages, and ends a list", function()
    local api = group:open {}
    local list = api:list("things", { concurrency = 4, page = { size = 1 } })
    assert_not_sent(list:next())
    assert.is_nil((list:next()))
    assert.equal(1, #events)
  end)

  it("is inherited, and ends, with api:with", function()
    raw:play { { raw.response(200, {}, ONE) } }
    local api = group:open {}
    assert_not_sent(api:with({ timeout = 2 }):get("things", 1))
    assert.equal("1", assert(api:with({ dry_run = false }):get("things", 1)).id)
    assert.equal(1, #raw:requests(1))
  end)

  it("works in a coroutine of a loop", function()
    local api = group:open { loop = "manual" }
    local task = api:spawn(function() return api:get("things", 1) end)
    while not task:done() do api:step(1) end
    assert_not_sent(task:result())
    assert.equal(1, #events)
  end)

  it("refuses with kind unauthorized if there is no token", function()
    local api = group:open { token = function() return nil, "locked" end }
    local _, err = api:get("things", 1)
    assert.equal("unauthorized", err.kind)
    assert.equal(0, #events)
  end)
end)

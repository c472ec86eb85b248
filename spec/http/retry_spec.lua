-- How often a client may try again when a server stays down.

local harnest = require "harnest"
local rawserver = require "spec.support.rawserver"

local ONE = '{"data":{"type":"t","id":"1"}}'

describe("quota", function()
  local raw, api

  setup(function() raw = rawserver.start() end)
  before_each(function()
    raw:reset()
    -- no time is spent waiting: backoff is bounded by max_retry_wait
    api = harnest.new { url = raw.url, retries = 1, max_retry_wait = 0.001, token = "a-token" }
  end)
  after_each(function() api:close() end)
  teardown(function() raw:stop() end)

  local function down(times)
    raw:play { { times = times or math.huge, raw.response(503) } }
  end

  it("lets a hundred repetitions pass, and then lets failures stand", function()
    down()
    for i = 1, 100 do
      assert.equal(2, select(2, api:get("t", 1)).attempts, i)
    end
    local err = select(2, api:get("t", 1))
    assert.equal(1, err.attempts)
    assert.equal("unavailable", err.kind)
    assert.truthy(err.message:find("not tried again, since too many calls to this server have failed lately", 1, true))
    assert.equal(201, api:stats().requests)
  end)

  it("is filled again by successes", function()
    down(200)
    for _ = 1, 100 do api:get("t", 1) end
    raw:play { { times = 5, raw.response(200, {}, ONE) } }
    for _ = 1, 5 do assert(api:get("t", 1)) end
    down()
    assert.equal(2, select(2, api:get("t", 1)).attempts)
    assert.equal(1, select(2, api:get("t", 1)).attempts)
  end)

  it("is given back by what succeeds in the end", function()
    for _ = 1, 150 do
      raw:play { { raw.response(503) }, { raw.response(200, {}, ONE) } }
      assert(api:get("t", 1))
    end
    assert.equal(150, api:stats().retries)
  end)

  it("is taken more by timeouts", function()
    api:close()
    api = harnest.new { url = raw.url, retries = 60, max_retry_wait = 0.001, timeout = 0.01 }
    raw:play { { times = math.huge, { stall = true } } }
    local err = select(2, api:get("t", 1))
    assert.equal("timeout", err.kind)
    assert.equal(51, err.attempts)
    assert.truthy(err.message:find("not tried again", 1, true))
  end)

  it("is each client's own", function()
    down()
    for _ = 1, 101 do api:get("t", 1) end
    local other = harnest.new { url = raw.url, retries = 1, max_retry_wait = 0.001 }
    assert.equal(2, select(2, other:get("t", 1)).attempts)
    other:close()
  end)
end)

-- Headers that state rate limits, and how the client applies them.

local clients = require "spec.support.clients"
local harnest = require "harnest"
local socket = require "socket"

local unpack = table.unpack or unpack -- luacheck: ignore

local ONE = '{"data":{"type":"t","id":"1"}}'

describe("rate limit headers", function()
  local group = clients(function(raw) return { url = raw.url, retries = 1 } end)
  group:hook(setup, before_each, after_each, teardown)
  local raw, api = group.raw, nil

  local function client(options)
    api = group:open(options)
    return api
  end

  local used_up = {
    ["RateLimit"] = { RateLimit = '"default";r=0;t=1' },
    ["RateLimit of several policies"] = { RateLimit = '"hour";r=100;t=3000, "burst";r=0;t=1' },
    ["RateLimit, the other way round"] = { RateLimit = '"default";t=1;r=0' },
    ["RateLimit of older drafts"] = { RateLimit = "limit=10, remaining=0, reset=1" },
    ["RateLimit-Remaining"] = { ["RateLimit-Limit"] = "10", ["RateLimit-Remaining"] = "0", ["RateLimit-Reset"] = "1" },
    ["X-RateLimit-Remaining"] = { ["X-RateLimit-Remaining"] = "0", ["X-RateLimit-Reset"] = "1" },
    ["X-Rate-Limit-Remaining"] = { ["X-Rate-Limit-Remaining"] = "0", ["X-Rate-Limit-Reset"] = "1" },
  }
  describe("hold the next request when the limit is used up:", function()
    local opened, held = {}, {}

    -- the shortest wait is one second, so all run concurrently
    setup(function()
      local functions = {}
      for name, headers in pairs(used_up) do
        local path = "/" .. #opened + 1
        local match = "GET " .. path .. "/t/1"
        raw:play { { match = match, raw.response(200, headers, ONE) }, { match = match, raw.response(200, {}, ONE) } }
        local one = harnest.new { url = raw.url .. path, retries = 1 }
        opened[#opened + 1] = one
        functions[#functions + 1] = function()
          assert(one:get("t", 1))
          local started = socket.gettime()
          assert(one:get("t", 1))
          held[name] = socket.gettime() - started
        end
      end
      opened[1]:parallel(unpack(functions))
    end)
    teardown(function()
      for _, one in ipairs(opened) do one:close() end
    end)

    for name in pairs(used_up) do
      it(name, function()
        assert.truthy(held[name] and held[name] >= 0.95 and held[name] < 4, held[name])
      end)
    end
  end)

  it("may state the reset as a Unix time in seconds or milliseconds", function()
    for _, unit in ipairs { 1, 1000 } do
      local reset = ("%.0f"):format((os.time() + 2) * unit)
      raw:reset():play { { raw.response(429, { ["X-RateLimit-Remaining"] = "0", ["X-RateLimit-Reset"] = reset }) } }
      client { retries = 0 }
      local err = select(2, api:get("t", 1))
      assert.equal("rate_limited", err.kind)
      assert.is_true(err.retry_after > 0 and err.retry_after <= 2, err.retry_after)
      api:close()
    end
  end)

  it("hold nothing while requests remain or if they are incomplete", function()
    local fine = { -- nine seconds are within max_retry_wait
      { RateLimit = '"default";r=5;t=9' }, { RateLimit = "limit=10, remaining=1, reset=9" },
      { ["RateLimit-Remaining"] = "1", ["RateLimit-Reset"] = "9" }, { ["RateLimit-Remaining"] = "0" },
      { ["X-RateLimit-Reset"] = "9" }, { RateLimit = '"default";r=0' }, { RateLimit = "" }, { RateLimit = "=;,=" },
      { RateLimit = 'r=;t=, "' }, { ["RateLimit-Remaining"] = "none", ["RateLimit-Reset"] = "soon" },
      { ["X-RateLimit-Remaining"] = "0", ["X-RateLimit-Reset"] = "1000000001" }, -- long ago
    }
    for i, headers in ipairs(fine) do
      raw:reset():play { { times = 2, raw.response(200, headers, ONE) } }
      client()
      local started = socket.gettime()
      assert(api:get("t", 1))
      assert(api:get("t", 1))
      assert.is_true(socket.gettime() - started < 5, i)
      api:close()
    end
  end)

  it("hold nothing if the reset is later than max_retry_wait", function()
    raw:play { { raw.response(200, { ["RateLimit-Remaining"] = "0", ["RateLimit-Reset"] = "3600" }, ONE) },
      { raw.response(429, { ["RateLimit-Remaining"] = "0", ["RateLimit-Reset"] = "3600" }) } }
    client()
    assert(api:get("t", 1))
    local err = select(2, api:get("t", 1))
    assert.equal("rate_limited", err.kind)
    assert.equal(1, err.attempts)
    assert.equal(3600, err.retry_after)
  end)

  it("delay a retry after a 429 unless Retry-After does", function()
    local limits = { ["RateLimit-Remaining"] = "0", ["RateLimit-Reset"] = "1" }
    raw:play { { raw.response(429, limits) }, { raw.response(200, {}, ONE) } }
    client { max_retry_wait = 5 }
    local started = socket.gettime()
    assert(api:get("t", 1))
    assert.is_true(socket.gettime() - started >= 0.95)
    api:close()
    limits["Retry-After"] = "7"
    raw:reset():play { { raw.response(429, limits) } }
    client { retries = 0 }
    assert.equal(7, select(2, api:get("t", 1)).retry_after)
  end)

  it("never hold a call beyond its deadline", function()
    raw:play { { raw.response(200, { ["RateLimit-Remaining"] = "0", ["RateLimit-Reset"] = "30" }, ONE) } }
    client { deadline = 3 }
    assert(api:get("t", 1))
    local started = socket.gettime()
    assert.equal("timeout", select(2, api:get("t", 1)).kind)
    assert.is_true(socket.gettime() - started < 3)
  end)
end)

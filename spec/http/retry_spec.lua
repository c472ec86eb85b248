-- Retries: after which failures, after which wait, and how many.

local clients = require "spec.support.clients"
local rawserver = require "spec.support.rawserver"
local request_fixture = require "spec.support.request_fixture"
local sandbox = require "spec.support.sandbox"

local ONE = '{"data":{"type":"contracts","id":"1"}}'
local ANY = '{"data":{"type":"t","id":"1"}}'

describe("request", function()
  local fixture = request_fixture(setup, before_each, after_each, teardown)
  local raw = fixture.raw
  local sb = sandbox.get()

  describe("is retried", function()
    it("after the seconds in Retry-After", function()
      local stats, seconds = fixture:succeeds({ retries = 1 },
        { raw.response(503, { ["Retry-After"] = "1" }) },
        { raw.response(200, {}, ONE) })
      assert.truthy(seconds > 0.95 and seconds < 4, seconds)
      assert.equal(1, stats.retries)
      local requests = raw:requests(2)
      assert.truthy(requests[2].time - requests[1].time > 0.95)
      assert.equal(1, #raw:connections())
    end)

    it("at the date in Retry-After", function()
      local url = sb:at("fail/" .. sandbox.unique() .. "/503/1", "retry-after/date+1")
      local _, seconds = fixture:succeeds { url = url, token = sb.token, retries = 1 }
      assert.truthy(seconds < 4, seconds)
    end)

    it("at once if the date has passed", function()
      fixture:succeeds({ retries = 1, max_retry_wait = 0.05 },
        { raw.response(503, { ["Retry-After"] = "Fri, 31 Dec 1999 23:59:59 GMT" }) },
        { raw.response(200, {}, ONE) })
    end)

    for _, status in ipairs { 429, 502, 503, 504 } do
      it("after " .. status, function()
        local stats = fixture:succeeds({ retries = 2, max_retry_wait = 0.05 },
          { times = 2, raw.response(status, {}, "") },
          { raw.response(200, {}, ONE) })
        assert.equal(2, stats.retries)
        assert.equal(3, #raw:requests())
      end)
    end

    local breaks = {
      ["a reset"] = { { reset = true } }, ["a close"] = { { close = true } },
      ["a reset within the head"] = { "HTTP/1.1 200 OK\r\nConte", { reset = true } },
      ["a close within the head"] = { "HTTP/1.1 200 OK\r\nConte", { close = true } },
      ["a reset within the body"] = { "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",
        { reset = true } },
      ["a body cut short"] = { "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", { close = true } },
      ["chunks cut short"] = { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"dat",
        { close = true } },
      ["a timeout"] = { { stall = true } },
    }
    for name, script in pairs(breaks) do
      it("after " .. name, function()
        local stats = fixture:succeeds({ retries = 1, max_retry_wait = 0.05, timeout = 0.5 },
          script,
          { raw.response(200, {}, ONE) })
        assert.equal(1, stats.retries)
        assert.equal(2, stats.requests)
      end)
    end

    it("after a refused connection", function()
      local err = fixture:fails("network",
        { url = rawserver.closed_url(), retries = 2, max_retry_wait = 0.05 })
      assert.equal(3, err.attempts)
      assert.equal(2, fixture.api:stats().retries)
    end)

    it("without the reasons of earlier attempts in the error", function()
      local err = fixture:fails("invalid", { retries = 1, max_retry_wait = 0.05 },
        { { reset = true } },
        { raw.response(422, {}, '{"errors":[{"title":"Bad"}]}') })
      assert.equal("422 invalid: GET contracts/1: Bad", err.message)
      assert.equal(2, err.attempts)
    end)

    it("at most as often as the option retries allows", function()
      local err = fixture:fails("unavailable", { retries = 2, max_retry_wait = 0.05 },
        { times = 9, raw.response(503) })
      assert.equal(3, err.attempts)
      assert.equal(3, #raw:requests())
      raw:reset()
      err = fixture:fails("unavailable", { retries = 0 },
        { times = 9, raw.response(503, { ["Retry-After"] = "0" }) })
      assert.equal(1, err.attempts)
      assert.equal(0, err.retry_after)
      assert.equal(1, #raw:requests())
    end)

    it("not if Retry-After exceeds max_retry_wait", function()
      for status, kind in pairs { [503] = "unavailable", [429] = "rate_limited" } do
        raw:reset()
        local err, seconds = fixture:fails(kind, { retries = 3, max_retry_wait = 60 },
          { times = 9, raw.response(status, { ["Retry-After"] = "61" }) })
        assert.equal(61, err.retry_after)
        assert.equal(1, err.attempts)
        assert.truthy(seconds < 2)
        assert.equal(1, #raw:requests())
      end
    end)

    it("not if the deadline would pass during the wait", function()
      local err, seconds = fixture:fails("unavailable", { retries = 3, deadline = 2 },
        { times = 9, raw.response(503, { ["Retry-After"] = "5" }) })
      assert.equal(5, err.retry_after)
      assert.truthy(seconds < 1.5)
    end)

    for _, status in ipairs { 400, 401, 403, 404, 408, 409, 422, 500, 501 } do
      it("not after " .. status, function()
        local _, err = fixture:get({ retries = 3 }, { times = 9, raw.response(status) })
        assert.equal(1, err.attempts)
        assert.equal(1, #raw:requests())
      end)
    end

    it("in lists, page by page", function()
      local count = 0
      local url = sb:at("shape/links", "fail/" .. sandbox.unique() .. "/503/1", "retry-after/0")
      fixture:client { url = url, token = sb.token, retries = 1 }
      for _ in fixture.api:list "companies" do count = count + 1 end
      assert.equal(40, count)
      assert.equal(1, fixture.api:stats().retries)
    end)
  end)
end)

describe("retry quota", function()
  local group = clients(function(raw)
    -- max_retry_wait bounds the backoff, so no time is spent waiting
    return { url = raw.url, retries = 1, max_retry_wait = 0.001, token = "a-token" }
  end)
  group:hook(setup, before_each, after_each, teardown)
  local raw, api = group.raw, nil
  before_each(function() api = group:open() end)

  local function down(times)
    raw:play { { times = times or math.huge, raw.response(503) } }
  end

  it("allows a hundred retries, then reports failures at once", function()
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

  it("is refilled by successes", function()
    down(200)
    for _ = 1, 100 do api:get("t", 1) end
    raw:play { { times = 5, raw.response(200, {}, ANY) } }
    for _ = 1, 5 do assert(api:get("t", 1)) end
    down()
    assert.equal(2, select(2, api:get("t", 1)).attempts)
    assert.equal(1, select(2, api:get("t", 1)).attempts)
  end)

  it("is returned by a retry that succeeds", function()
    for _ = 1, 150 do
      raw:play { { raw.response(503) }, { raw.response(200, {}, ANY) } }
      assert(api:get("t", 1))
    end
    assert.equal(150, api:stats().retries)
  end)

  it("charges more for timeouts", function()
    api = group:open { retries = 60, timeout = 0.01 }
    raw:play { { times = math.huge, { stall = true } } }
    local err = select(2, api:get("t", 1))
    assert.equal("timeout", err.kind)
    assert.equal(51, err.attempts)
    assert.truthy(err.message:find("not tried again", 1, true))
  end)

  it("is separate for each client", function()
    down()
    for _ = 1, 101 do api:get("t", 1) end
    assert.equal(2, select(2, group:add():get("t", 1)).attempts)
  end)
end)

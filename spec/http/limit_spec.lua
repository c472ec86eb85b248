-- The limits of one call: timeout, deadline, connect_timeout and max_response.

local core = require "harnest.core"
local full_queue = require "spec.support.full_queue"
local gzip = require "spec.support.gzip"
local request_fixture = require "spec.support.request_fixture"
local socket = require "socket"

local ONE = '{"data":{"type":"contracts","id":"1"}}'

describe("request", function()
  local fixture = request_fixture(setup, before_each, after_each, teardown)
  local raw = fixture.raw

  local function packed(text)
    return raw.response(200, { ["Content-Encoding"] = "gzip" }, gzip(text))
  end

  describe("is limited", function()
    it("by timeout, if nothing arrives", function()
      local err, seconds = fixture:fails("timeout", { timeout = 0.2 }, { { stall = true } })
      assert.is_nil(err.status)
      assert.truthy(seconds > 0.15 and seconds < 3, seconds)
      assert.truthy(err.message:find("see the options timeout and deadline", 1, true))
    end)

    it("by timeout, if the response never ends", function()
      local _, seconds = fixture:fails("timeout", { timeout = 0.2 },
        { raw.response(200, { ["Content-Length"] = 99 }, "{"),
        { stall = true } })
      assert.truthy(seconds < 3, seconds)
      _, seconds = fixture:fails("timeout", { timeout = 0.2 },
        { raw.response(200, { ["Content-Length"] = 9999 }, ""),
          { drip = { (" "):rep(9999), 0.02 } } })
      assert.truthy(seconds < 3, seconds)
    end)

    it("by timeout, for each attempt", function()
      local err, seconds = fixture:fails("timeout",
        { timeout = 0.2, retries = 2, max_retry_wait = 0.05 },
        { times = 9, { stall = true } })
      assert.equal(3, err.attempts)
      assert.truthy(seconds > 0.55 and seconds < 5, seconds)
    end)

    it("by deadline, for all attempts", function()
      local err, seconds = fixture:fails("timeout",
        { timeout = 0.2, retries = 100, deadline = 0.5, max_retry_wait = 0.01 },
        { times = 99, { stall = true } })
      assert.truthy(err.attempts >= 2 and err.attempts <= 3, err.attempts)
      assert.equal(("timeout: GET contracts/1: deadline of 0.5 s reached after %d attempts; the server or the network "
        .. "is slow; see the options timeout and deadline"):format(err.attempts), err.message)
      assert.truthy(seconds > 0.4 and seconds < 3, seconds)
    end)

    it("by deadline, within an attempt", function()
      local err, seconds = fixture:fails("timeout", { deadline = 0.2 }, { { stall = true } })
      assert.truthy(seconds > 0.15 and seconds < 3, seconds)
      assert.equal("timeout: GET contracts/1: deadline of 0.2 s reached after 1 attempt; the server or the network is "
        .. "slow; see the options timeout and deadline", err.message)
      assert.equal(1, err.attempts)
      raw:reset()
      err = fixture:fails("timeout", { deadline = 1 }, { { stall = true } })
      assert.truthy(err.message:find(": deadline of 1 s reached after 1 attempt;", 1, true), err.message)
    end)

    it("by timeout, although there is a deadline", function()
      local err = fixture:fails("timeout", { timeout = 0.1, deadline = 30 }, { { stall = true } })
      assert.is_nil(err.message:find("deadline of", 1, true), err.message)
      assert.equal(1, err.attempts)
    end)

    it("by deadline, while it waits for a connection (max_connections)", function()
      raw:play { { times = 2, { stall = true } } }
      fixture:client { url = raw.url, timeout = 30, token = false, dialect = "jsonapi",
        max_connections = 1, retries = 0, deadline = 0.2 }
      local first = core.call(fixture.api, { url = raw.url .. "/a", deadline = 30 })
      local second = core.call(fixture.api, { url = raw.url .. "/b" })
      local started = socket.gettime()
      while not core.call_done(second) and socket.gettime() - started < 10 do
        core.step(fixture.api, 5)
      end
      local seconds = socket.gettime() - started
      local _, err = core.call_result(second)
      assert.is_false(core.call_done(first))
      assert.equal("timeout: GET b: deadline of 0.2 s reached before the request was sent (at most max_connections "
        .. "requests run at once)", err.message)
      assert.equal(0, err.attempts)
      assert.truthy(seconds > 0.15 and seconds < 3, seconds)
      assert.equal(1, #raw:requests())
    end)

    it("by deadline, while it waits for a slot of the rate limiter", function()
      raw:play { { times = 2, { stall = true } } }
      fixture:client { url = raw.url, timeout = 30, token = false, dialect = "jsonapi", retries = 0,
        rate = { requests = 1, per = 0.01 }, deadline = 0.2 }
      local first = core.call(fixture.api, { url = raw.url .. "/a", deadline = 30 })
      local second = core.call(fixture.api, { url = raw.url .. "/b" })
      local steps = 0
      while not core.call_done(second) and steps < 10 do
        core.step(fixture.api, 2)
        steps = steps + 1
      end
      assert.is_true(core.call_done(second))
      assert.is_false(core.call_done(first))
      local _, err = core.call_result(second)
      assert.equal("timeout: GET b: deadline of 0.2 s reached while waiting for a slot of the rate limit (option "
        .. "rate)", err.message)
      assert.equal(0, err.attempts)
      assert.equal(1, #raw:requests(1))
    end)

    it("by deadline, while it waits for a token", function()
      raw:play { { raw.response(401) }, { times = 9, { stall = true } } }
      fixture:client { url = raw.url, timeout = 30, token = function() return "old" end,
        dialect = "jsonapi", retries = 0, deadline = 0.5 }
      -- waits for the first token
      local calls = { core.call(fixture.api, { url = raw.url .. "/a" }) }
      local function wait_for(call)
        local steps = 0
        while not core.call_done(call) and steps < 10 do
          core.step(fixture.api, 2)
          steps = steps + 1
        end
        return select(2, core.call_result(call))
      end
      assert.equal("timeout: GET a: deadline of 0.5 s reached while waiting for the token",
        wait_for(calls[1]).message)
      assert.equal(0, #raw:requests())
      core.set_token(fixture.api, "old")
      -- and for another token, after a 401
      calls[2] = core.call(fixture.api, { url = raw.url .. "/b" })
      local err = wait_for(calls[2])
      assert.equal("timeout", err.kind)
      assert.equal("timeout: GET b: deadline of 0.5 s reached after 1 attempt, while waiting for the token; the server "
        .. "or the network is slow; see the options timeout and deadline", err.message)
      assert.is_nil(err.status)
      assert.equal(1, err.attempts)
      assert.equal(0, core.pending_count(fixture.api))
    end)

    -- Begins a call that has the only slot, and two that wait for the slot and for a token: the
    -- latter two, the token's client
    local function begin_waiting(loop, deadline)
      raw:play { { times = 9, { stall = true } } }
      fixture:client { url = raw.url, token = false, dialect = "jsonapi", timeout = 30, loop = loop,
        rate = { requests = 1, per = 0.01 } }
      local other = fixture.clients:add { url = raw.url, loop = loop,
        token = function() return "never asked for" end }
      local running = core.call(fixture.api, { url = raw.url .. "/running" })
      for _ = 1, 5 do core.step(fixture.api, 0.02) end
      local calls = { running = running, core.call(fixture.api, { url = raw.url .. "/slot", deadline = deadline }),
        core.call(other, { url = raw.url .. "/token", deadline = deadline }) }
      assert.equal(1, #raw:requests(1))
      return calls, other
    end

    for _, loop in ipairs { "blocking", "manual" } do
      local option = loop ~= "blocking" and loop or nil

      it("by no deadline after the client was closed while the call waited: " .. loop, function()
        local calls, other = begin_waiting(option, 0.2)
        fixture.api:close()
        other:close()
        for i, target in ipairs { "slot", "token" } do
          local _, err = core.call_result(calls[i])
          assert.equal("cancelled: GET " .. target .. ": the client was closed", err.message)
        end
        local later = fixture.clients:add { url = raw.url, loop = option }
        local call = core.call(later, { url = raw.url .. "/later" })
        local started = socket.gettime()
        while socket.gettime() - started < 0.3 do core.step(later, 0.05) end
        assert.is_false(core.call_done(call))
      end)

      it("by no deadline after the call was cancelled, although it has passed: " .. loop, function()
        local calls, other = begin_waiting(option, 0.1)
        socket.sleep(0.2) -- with a loop the worker thread has finished the timers
        for _, call in ipairs(calls) do core.call_cancel(call) end
        core.step(fixture.api, 0)
        for i = 1, 2 do assert.equal("cancelled", select(2, core.call_result(calls[i])).kind) end
        assert.equal(0, core.pending_count(other))
        assert.equal(1, core.pending_count(fixture.api))
      end)

      it("by no deadline after the call was collected while it waited: " .. loop, function()
        local calls, other = begin_waiting(option, 0.1)
        calls[1], calls[2] = nil, nil -- luacheck: ignore
        collectgarbage()
        collectgarbage()
        local started = socket.gettime()
        while socket.gettime() - started < 0.2 do core.step(fixture.api, 0.05) end
        assert.equal(0, core.pending_count(other))
      end)
    end

    it("by deadline, if the rate limiter would send it later", function()
      raw:play { { times = 9, raw.response(200, {}, ONE) } }
      fixture:client { rate = { requests = 1, per = 30 }, deadline = 5 }
      assert(fixture.api:get("contracts", 1))
      assert.equal("timeout: GET contracts/1: deadline of 5 s ends before the time at which the request may be sent",
        select(2, fixture.api:get("contracts", 1)).message)
    end)

    it("by deadline, for all pages of api:all", function()
      local page = '{"data":[{"type":"a","id":"%d"}],"links":{"next":"/api/a?page=%d"}}'
      for i = 1, 20 do
        raw:play { { match = "GET /api/a?page=" .. i, { sleep = 0.1 },
          raw.response(200, {}, page:format(i, i + 1)) } }
      end
      local started = socket.gettime()
      local all, err = fixture:client({ deadline = 0.25 }):all("a", { params = { page = 1 } })
      assert.is_nil(all)
      assert.equal("timeout", err.kind)
      assert.truthy(#err.partial >= 1 and #err.partial < 10)
      assert.truthy(socket.gettime() - started < 3)
    end)

    it("by connect_timeout", function()
      local server = full_queue.start()
      local err, seconds = fixture:fails("timeout", { url = server.url, connect_timeout = 0.2 })
      assert.is_nil(err.status)
      assert.truthy(seconds > 0.15 and seconds < 3, seconds)
      server.stop()
    end)

    it("by no timeout that would overflow", function()
      for _, timeout in ipairs { 2147484, 4294968, 1e9, 1e300 } do
        fixture:succeeds({ timeout = timeout, connect_timeout = timeout, deadline = timeout },
          { { sleep = 0.1 },
          raw.response(200, {}, ONE) })
      end
    end)

    it("by max_response", function()
      fixture:succeeds({ max_response = #ONE }, { raw.response(200, {}, ONE) })
      local chunked =
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n"):format(#ONE,
        ONE)
      for _, bytes in ipairs { raw.response(200, {}, ONE), chunked, packed(ONE) } do
        raw:reset()
        local err = fixture:fails("protocol", { max_response = #ONE - 1, retries = 3 },
          { times = 9, bytes })
        assert.truthy(err.message:find(("larger than max_response (%d bytes)"):format(#ONE - 1), 1,
          true), err.message)
        assert.equal(1, err.attempts)
      end
    end)

    it("by max_response, after decompression", function()
      local bomb = packed(ONE .. (" "):rep(2 ^ 22))
      assert.truthy(#bomb < 10000)
      local err = fixture:fails("protocol", { max_response = 2 ^ 20 }, { bomb })
      assert.truthy(err.message:find("max_response (1048576 bytes)", 1, true))
      assert.equal(200, err.status)
      assert.equal(1024, #err.body)
    end)
  end)
end)

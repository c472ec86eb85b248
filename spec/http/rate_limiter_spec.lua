-- The option rate: a number of requests in a number of seconds.

local harnest = require "harnest"
local usage_error = require "spec.support.usage_error"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"
local socket = require "socket"

-- The largest number of these times within any span of this many seconds
local function most_within(times, seconds)
  table.sort(times)
  local most, first = 0, 1
  for last = 1, #times do
    while times[last] - times[first] >= seconds do first = first + 1 end
    most = math.max(most, last - first + 1)
  end
  return most
end

describe("rate limiter", function()
  local sb = sandbox.get()
  local api
  after_each(function()
    if api then api:close() end
    api = nil
  end)

  it("limits sixty requests to twenty per second in the server's log", function()
    api = harnest.new { url = sb.url, token = sb.token, rate = { requests = 20, per = 1 } }
    sb:mark()
    local started = socket.gettime()
    for id = 1, 60 do assert(api:get("contracts", id)) end
    local seconds = socket.gettime() - started
    assert.is_true(seconds >= 2 and seconds < 6, seconds)
    local times = {}
    for i, request in ipairs(sb:requests "/contracts/") do times[i] = request.time end
    assert.equal(60, #times)
    assert.is_true(most_within(times, 1) <= 20, most_within(times, 1))
  end)

  it("limits lists and concurrent requests", function()
    api = harnest.new { url = sb.url, token = sb.token, rate = { requests = 3, per = 0.3 }, prefetch = 4 }
    sb:mark()
    assert.equal(150, #assert(api:all("contracts", { limit = 150, page = { size = 15 } })))
    local lists = {}
    for i = 1, 6 do lists[i] = api:list("people", { limit = 1, page = { size = 1 + i } }) end
    for _, list in ipairs(lists) do assert(list:next()) end
    local times = {}
    for i, request in ipairs(sb:requests()) do times[i] = request.time end
    assert.equal(16, #times)
    -- under load the server writes its log milliseconds after the response
    assert.is_true(most_within(times, 0.28) <= 3, most_within(times, 0.28))
  end)

  it("counts retries but not responses from the cache", function()
    local raw = rawserver.start()
    api = harnest.new { url = raw.url, rate = { requests = 2, per = 1 }, cache = true, max_retry_wait = 0.001 }
    raw:play { { raw.response(503) }, { raw.response(200, { ["Cache-Control"] = "max-age=60" },
      '{"data":{"type":"t","id":"1"}}') }, { raw.response(200, {}, '{"data":null}') } }
    local started = socket.gettime()
    for _ = 1, 50 do assert(api:get("t", 1)) end
    assert.is_true(socket.gettime() - started < 1)
    assert.is_nil(api:get("t", 2))
    assert.is_true(socket.gettime() - started >= 1)
    assert.equal(3, #raw:requests())
    raw:stop()
  end)

  it("reuses slots that were given up", function()
    local raw = rawserver.start()
    api = harnest.new { url = raw.url, rate = { requests = 1, per = 0.5 } }
    raw:play { { times = 9, raw.response(200, {}, '{"data":[],"links":{"next":null}}') } }
    assert(api:all "t")
    local lists = {}
    for i = 1, 5 do -- each waits for the only slot, and is cancelled
      lists[i] = api:list "t"
      local core = require "harnest.core"
      core.listing_ready(lists[i])
      lists[i]:close()
    end
    local started = socket.gettime()
    assert(api:all "t")
    assert.is_true(socket.gettime() - started < 2)
    assert.equal(2, #raw:requests())
    raw:stop()
  end)

  it("fails a call whose deadline comes before its slot", function()
    local raw = rawserver.start()
    api = harnest.new { url = raw.url, rate = { requests = 1, per = 30 }, deadline = 0.3 }
    raw:play { { times = 9, raw.response(200, {}, '{"data":null}') } }
    assert.is_nil(select(2, api:get("t", 1)))
    local started = socket.gettime()
    assert.equal("timeout", select(2, api:get("t", 1)).kind)
    assert.is_true(socket.gettime() - started < 5)
    raw:stop()
  end)

  it("takes a number of requests and a number of seconds", function()
    local cases = {
      { "option rate: expected a table, got 5", 5 },
      { "option rate: expected {requests = n, per = seconds}, got one without per", { requests = 5 } },
      { "option rate: expected {requests = n, per = seconds}, got one without requests", { per = 5 } },
      { "option rate: expected {requests = n, per = seconds}, got one without both", {} },
      { "option rate.requests: expected a whole number from 1 to 100000, got 0", { requests = 0, per = 1 } },
      { "option rate.per: expected a finite number of seconds above 0, got string", { requests = 1, per = "1" } },
      { "option rate.request: unknown; did you mean requests?", { request = 1, per = 1 } },
      { "option rate.requests: expected a whole number from 1 to 100000, got 1000000",
        { requests = 1000000, per = 1 } },
    }
    for _, case in ipairs(cases) do
      assert.equal(case[1],
        usage_error(harnest.new, { url = "http://127.0.0.1:1", rate = case[2] }))
    end
  end)
end)

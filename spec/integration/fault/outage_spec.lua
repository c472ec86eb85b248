-- Servers that are unavailable for a while: under maintenance, over a rate limit, or killed.

local fault = require "spec.support.fault"
local harnest = require "harnest"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"

local response = rawserver.response

describe("outage:", function()
  local faults = fault.section "Outages"
  setup(function() faults:start() end)
  teardown(function() faults:stop() end)

  local function patient()
    return { retries = 3, max_retry_wait = 5 }
  end

  local function plain(_, whole)
    return { whole }
  end

  local function away(status, seconds)
    return { response(status, { ["Retry-After"] = seconds }, "") }
  end

  faults:specs({
    { "503 always", kind = "unavailable", retried = true, attempts = 2, maybe_executed = false,
      script = away(503, 0) },
    { "429 always", kind = "rate_limited", retried = true, attempts = 2, maybe_executed = false,
      script = away(429, 0) },
    { "503 with a Retry-After longer than max_retry_wait", kind = "unavailable", retried = false,
      maybe_executed = false,
      script = away(503, 3600) },
    { "429 with a Retry-After longer than max_retry_wait", kind = "rate_limited", retried = false,
      maybe_executed = false, script = away(429, 3600) },
    { "503 with an invalid Retry-After", kind = "unavailable", retried = true, attempts = 2,
      maybe_executed = false,
      script = away(503, "soon") },
    { "503 twice, then success", kind = "success", attempts = 3, options = { retries = 2 },
      scripts = { away(503, 0), away(503, 0), plain } },
    { "429, then success", kind = "success", attempts = 2, scripts = { away(429, 0), plain } },
    { "500 always", kind = "server_error", retried = false, maybe_executed = true,
      script = { response(500, {}, "") } },
    { "502 always", kind = "server_error", retried = true, maybe_executed = true,
      script = { response(502, {}, "") } },
    { "504 always", kind = "server_error", retried = true, maybe_executed = true,
      script = { response(504, {}, "") } },
  }, it)

  -- These wait or need their own sandbox, and are the same on every Lua.
  if fault.complete then
    faults:specs({
      { "503 with a Retry-After of one second, then success", kind = "success", attempts = 2,
        time = 1, options = patient,
        requests = { "create" }, scripts = { away(503, 1), plain } },
    }, it)

    faults:spec("killed three times during a list of 2,000 resources, 15 per page", "list", it,
      function()
      local sb = sandbox.own()
      local api = harnest.new { url = sb:shape "links", token = sb.token, dialect = "harnest",
        retries = 20,
        max_retry_wait = 0.2, timeout = 5 }
      local ids = {}
      for contract in api:list("contracts", { page = { size = 15 } }) do
        ids[#ids + 1] = tonumber(contract.id)
        if #ids == 100 then sb:restart() end -- between two pages; a request may be pending
        if #ids == 700 then sb:restart(0.5) end -- the server is down meanwhile
        if #ids == 1405 then sb:restart() end
      end
      local retries = api:stats().retries
      api:close()
      sb:stop()
      assert.equal(2000, #ids)
      for i, id in ipairs(ids) do assert.equal(i, id) end
      assert.truthy(retries >= 1, retries .. " retries")
      return "one page twice", "success", "", "the outage"
    end)
  end

  it("is documented in docs/FAULTS.md", function() faults:check() end)
end)

-- Servers that are away for a while: under maintenance, asking for patience, or killed.

local fault = require "spec.support.fault"
local harnest = require "harnest"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"

local response = rawserver.response

describe("an outage:", function()
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
    { "503 for ever", kind = "unavailable", again = true, attempts = 2, carried = false, script = away(503, 0) },
    { "429 for ever", kind = "rate_limited", again = true, attempts = 2, carried = false, script = away(429, 0) },
    { "503 with a Retry-After that is longer than max_retry_wait", kind = "unavailable", again = false, carried = false,
      script = away(503, 3600) },
    { "429 with a Retry-After that is longer than max_retry_wait", kind = "rate_limited", again = false,
      carried = false, script = away(429, 3600) },
    { "503 with a Retry-After that is no time", kind = "unavailable", again = true, attempts = 2, carried = false,
      script = away(503, "soon") },
    { "503 twice, then back", kind = "answered", attempts = 3, options = { retries = 2 },
      scripts = { away(503, 0), away(503, 0), plain } },
    { "429, then back", kind = "answered", attempts = 2, scripts = { away(429, 0), plain } },
    { "500 for ever", kind = "server_error", again = false, carried = false, script = { response(500, {}, "") } },
    { "502 for ever", kind = "server_error", again = true, carried = true, script = { response(502, {}, "") } },
    { "504 for ever", kind = "server_error", again = true, carried = true, script = { response(504, {}, "") } },
  }, it)

  -- A wait, and a sandbox of its own: none of it differs from Lua to Lua.
  if fault.complete then
    faults:specs({
      { "503 with a Retry-After of a second, then back", kind = "answered", attempts = 2, time = 1, options = patient,
        requests = { "create" }, scripts = { away(503, 1), plain } },
    }, it)

    faults:spec("killed three times while 2,000 resources are listed, 15 a page", "list", it, function()
      local sb = sandbox.own()
      local api = harnest.new { url = sb:shape "links", token = sb.token, dialect = "harnest", retries = 20,
        max_retry_wait = 0.2, timeout = 5 }
      local ids = {}
      for contract in api:list("contracts", { page = { size = 15 } }) do
        ids[#ids + 1] = tonumber(contract.id)
        if #ids == 100 then sb:restart() end -- between two pages, one of which may be on its way
        if #ids == 700 then sb:restart(0.5) end -- meanwhile there is nobody
        if #ids == 1405 then sb:restart() end
      end
      local retries = api:stats().retries
      api:close()
      sb:stop()
      assert.equal(2000, #ids)
      for i, id in ipairs(ids) do assert.equal(i, id) end
      assert.truthy(retries >= 1, retries .. " retries")
      return "one page again", "answered", "", "the outage"
    end)
  end

  it("docs/FAULTS.md tells of them", function() faults:check() end)
end)

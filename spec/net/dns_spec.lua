-- DNS lookups with a dead server: in child processes in which a lookup takes 8 seconds or until the
-- process exits.

local child = require "spec.support.child"
local rawserver = require "spec.support.rawserver"

local build = os.getenv "HARNEST_BUILD" or "build/lua5.4"

local BEGINNING = [[
  local harnest, core = require "harnest", require "harnest.core"
  local url = ...
  local function client(loop, address, timeout)
    return harnest.new { url = address or "http://slow.test", token = false, dialect = "jsonapi", timeout = timeout,
      retries = 0, loop = loop }
  end
  local start = core.now()
  local function tell(...)
    print(core.now() - start < 4 and "in time" or core.now() - start, ...)
  end
]]

describe("a dead DNS server #process", function()
  local raw

  setup(function() raw = rawserver.start() end)
  teardown(function() raw:stop() end)

  -- The output of the code, including that of a crash at its end
  local function printed(code)
    return child.run_preloaded(build .. "/slow_dns.so", BEGINNING .. code, raw.url)
  end

  it("does not delay a timeout", function()
    assert.equal("in time\ttimeout\nin time\tclosed\n", printed [[
      local api = client(nil, nil, 0.3)
      local _, err = api:get("a", 1)
      tell(err.kind)
      api:close()
      tell "closed"
    ]])
  end)

  it("delays neither other clients in the loop nor close()", function()
    raw:play { { rawserver.response(200, {}, '{"data":{"type":"a","id":"1"}}') } }
    assert.equal("in time\t1\nin time\tclosed\n", printed [[
      local slow, other, done = client "manual", client("manual", url)
      slow:spawn(function() slow:get("a", 1) end)
      slow:step(0.05)
      other:spawn(function()
        tell(other:get("a", 1).id)
        done = true
      end)
      while not done do other:step(0.05) end
      slow:close()
      other:close()
      tell "closed"
    ]])
  end)
end)

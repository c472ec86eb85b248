-- A process without free file descriptors.

local child = require "spec.support.child"
local rawserver = require "spec.support.rawserver"

-- Prints the errors of a client that needs an engine, and of one that needs a connection
local SCRIPT = [[
  local harnest = require "harnest"
  local function client(url) return harnest.new { url = url, token = false, retries = 0 } end
  local known, named, held = client((...)), client "http://name.invalid", {}
  if not WITHOUT then known:get("things", 1) end
  repeat
    local file = io.open "/dev/null"
    held[#held + 1] = file
  until not file
  print(select(2, known:get("things", 1)))
  print(select(2, named:get("things", 1)))
]]

describe("without file descriptors", function()
  it("a call says so", function()
    local url = rawserver.closed_url()
    local expected = {}
    for _, kind in ipairs { "refused", "network" } do
      expected[kind] = (kind .. ": GET things/1: no file descriptors are left: close files or sockets, "
        .. "or raise the limit (ulimit -n)\n"):rep(2)
    end
    assert.equal(expected.network, child.run_limited(50, SCRIPT, url))
    assert.equal(expected.refused, child.run_limited(50, "WITHOUT = true " .. SCRIPT, url))
  end)
end)

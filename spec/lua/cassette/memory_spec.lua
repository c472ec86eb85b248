-- A long list from a cassette takes the memory of the file, and not much more.

if os.getenv "RUNNER" then return end -- a memory checker has memory of its own

local child = require "spec.support.child"
local new_fixture = require "spec.support.cassette_fixture"
local sandbox = require "spec.support.sandbox"
local size = require "spec.support.size"

local COUNT = size(20000, 100000)
local OTHER_MEMORY = 24 * 1024 -- kB, of a process that lists without a cassette: 15 to 20 MB

describe("a long list from a cassette", function()
  local fixture = new_fixture(setup, before_each, after_each, teardown)
  local sb = sandbox.get()

  it("takes little more memory than the file #slow", function()
    local query = { page = { size = 500 }, limit = COUNT }
    local listed = fixture:record({}, function(api)
      local count = 0
      for _ in api:list("bulk", query) do count = count + 1 end
      return count
    end, { url = sb.url, token = sb.token })
    assert.equal(COUNT, listed)
    local printed = child.run([[
      local path, count = ...
      local api = require("harnest").new { cassette = path, cassette_mode = "replay" }
      local listed = 0
      for _ in api:list("bulk", { page = { size = 500 }, limit = tonumber(count) }) do listed = listed + 1 end
      local file = io.open(path)
      local size = file:seek "end" / 1024
      for line in io.lines "/proc/self/status" do
        local peak = line:match "^VmHWM:%s*(%d+)"
        if peak then print(listed, math.floor(peak - size)) end
      end
      api:close()]], fixture.path, tostring(COUNT))
    local count, more = printed:match "^(%d+)\t(%-?%d+)"
    assert.equal(COUNT, tonumber(count), printed)
    assert.truthy(tonumber(more) < OTHER_MEMORY, printed)
  end)
end)

-- Bodies with an invalid or extreme Content-Encoding.

local child = require "spec.support.child"
local fault = require "spec.support.fault"
local gzip = require "spec.support.gzip"
local rawserver = require "spec.support.rawserver"
local size = require "spec.support.size"

local response = rawserver.response

local function encoded(encoding, make)
  return function(body) return { response(200, { ["Content-Encoding"] = encoding },
    make(body)) } end
end

-- Writes a gzip file of so many zero bytes: returns its path and size
local function bomb(bytes)
  local path = os.tmpname()
  assert(os.execute(("head -c %d /dev/zero | gzip -1 >'%s'"):format(bytes, path)))
  local file = assert(io.open(path, "rb"))
  local packed = file:seek "end"
  file:close()
  return path, packed
end

-- One request, and the peak memory of the process
local CHILD = [[
local harnest = require "harnest"
local function peak()
  for line in io.lines "/proc/self/status" do
    local kilobytes = line:match "^VmHWM:%s*(%d+)"
    if kilobytes then return tonumber(kilobytes) / 1024 end
  end
end
local api = harnest.new { url = ..., token = "a-token", dialect = "jsonapi" }
local _, err = api:get("contracts", 1)
print(("%s\t%d\t%.1f\t%s"):format(err.kind, err.attempts, peak(), err.message))
]]

describe("body fault:", function()
  local faults = fault.section "Bodies"
  setup(function() faults:start() end)
  teardown(function() faults:stop() end)

  local function final(name, message, script, more)
    local row = { name, kind = "protocol", retried = false, maybe_executed = true,
      message = message, script = script }
    for key, value in pairs(more or {}) do row[key] = value end
    return row
  end

  local function itself(body)
    return body
  end

  faults:specs({
    final("a body that is not gzip", nil, encoded("gzip", itself)),
    final("corrupt gzip", nil, encoded("gzip", function(body)
      return gzip(body):sub(1, 10) .. ("\255"):rep(20)
    end)),
    final("truncated gzip", nil, encoded("gzip", function(body) return gzip(body):sub(1, 20) end)),
    -- libcurl accepts the decompressed part
    { "gzip without its checksum", kind = "success",
      script = encoded("gzip", function(body) return gzip(body):sub(1, -9) end) },
    final("gzip that is not declared", "the body is gzip, which Content-Encoding does not state",
      encoded("identity", gzip)),
    final("gzip of two members", "the body continues after the end of its Content-Encoding gzip",
      encoded("gzip", function(body) return gzip(body:sub(1, 5)) .. gzip(body:sub(6)) end)),
    final("gzip followed by garbage", "the body continues after the end of its Content-Encoding gzip",
      encoded("gzip", function(body) return gzip(body) .. "garbage" end)),
    { "gzip within gzip, both declared", kind = "success",
      script = encoded("gzip, gzip", function(body) return gzip(gzip(body)) end) },
    final("an unknown Content-Encoding", nil, encoded("unheard-of", itself)),
    final("ten Content-Encodings", nil, encoded(("gzip, "):rep(9) .. "gzip", itself)),
    { "the Content-Encoding identity", kind = "success", script = encoded("identity", itself) },
    final("larger than max_response", "the body is larger than max_response (10 bytes)",
      function(_, whole) return { whole } end, { options = { max_response = 10 } }),
    final("larger than max_response after decompression",
      "the body is larger than max_response (1000 bytes)",
      encoded("gzip", function(body) return gzip(body .. (" "):rep(1e5)) end),
        { options = { max_response = 1000 } }),
    final("endless", "the body is larger than max_response (1000 bytes)",
      { "HTTP/1.1 200 OK\r\n\r\n", { flood = { (" "):rep(1000), 9 } } },
        { options = { max_response = 1000 } }),
  }, it)

  -- This one takes time and tests only C code.
  if fault.complete then
    faults:spec("a gzip bomb", "get", it, function()
      local bytes = size(80, 1024) * 2 ^ 20
      local path, packed = bomb(bytes)
      assert.truthy(packed < bytes / 200)
      faults.raw:reset()
      local head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " .. packed
        .. "\r\n\r\n"
      faults.raw:play { { times = 9, head, { file = path } } }
      local printed = child.run(CHILD, faults.raw.url)
      os.remove(path)
      local kind, attempts, peak, message = printed:match "^(%S+)\t(%d+)\t(%S+)\t(.*)\n$"
      assert.equal("protocol", kind, printed)
      assert.truthy(message:find("the body is larger than max_response (67108864 bytes)", 1, true),
        message)
      assert.truthy(tonumber(peak) < 64 + 16, peak .. " MiB at the peak")
      return tonumber(attempts), kind, "larger than max_response", "less than 80 MiB of memory"
    end)
  end

  it("is documented in docs/FAULTS.md", function() faults:check() end)
end)

-- Requests that the engine interrupts, because libcurl lacks memory for another one: in child processes in which
-- libcurl reports a refused connection as out of memory.

local child = require "spec.support.child"
local rawserver = require "spec.support.rawserver"

local build = os.getenv "HARNEST_BUILD" or "build/lua5.4"

-- Runs calls beside a request to a closed port, and prints what they return
local CODE = [[
  local harnest = require "harnest"
  local url, closed, retries, calls = ...
  local api = harnest.new { url = url, token = false, dialect = "jsonapi", loop = "manual", timeout = 10,
    retries = tonumber(retries), max_retry_wait = 0.01 }
  local other = harnest.new { url = closed, token = false, dialect = "jsonapi", loop = "manual", retries = 0 }
  local functions = {
    get = function() return api:get("things", 1) end,
    list = function() return api:all "things" end,
    create = function() return api:create("things", {}) end,
    keyed = function() return api:create("things", { idempotency_key = "a" }) end,
    update = function() return api:update("things", 1, {}) end,
    wait = function() return api:wait { accepted = true, location = url .. "/things/1", retry_after = 0 } end,
  }
  local results, running = {}, 1 -- `running`: calls in progress, `other` included
  local function show(name, result, err)
    results[#results + 1] = name .. ": " .. (result and "done" or err.kind .. " " .. err.message)
    running = running - 1
  end
  for name in calls:gmatch "%w+" do
    running = running + 1
    api:spawn(function() show(name, functions[name]()) end)
  end
  for _ = 1, 20 do api:step(0.01) end -- sends them
  other:spawn(function() show("other", other:get("things", 1)) end)
  local last = os.time() + 20
  while running > 0 and os.time() < last do
    api:step(0.01)
    other:step(0.01)
  end
  table.sort(results)
  print(table.concat(results, "\n"))
  print(api:stats().requests)
]]

describe("an interrupted request #process", function()
  local raw

  setup(function() raw = rawserver.start() end)
  before_each(function() raw:reset() end)
  teardown(function() raw:stop() end)

  local ONE = '{"data":{"type":"things","id":"1"}}'

  -- Each request is not answered at first, then so
  local function play(count, body)
    raw:play { { times = count, { stall = true } }, { times = math.huge, rawserver.response(200, {}, body) } }
  end

  local function run(retries, calls)
    local closed = rawserver.closed_url()
    return child.run_preloaded(build .. "/no_memory.so", CODE, raw.url, closed, tostring(retries), calls)
  end

  it("is sent again if it is a read, or a write that may be repeated", function()
    for name, body in pairs { get = ONE, list = '{"data":[],"links":{"next":null}}', keyed = ONE, update = ONE,
      wait = ONE } do
      raw:reset()
      play(1, body)
      local printed = run(1, name)
      assert.truthy(printed:find(name .. ": done\n", 1, true), printed)
      assert.truthy(printed:find("other: refused", 1, true), printed)
      assert.truthy(printed:find("\n2\n$"), printed)
      assert.equal(2, #raw:requests(2), name)
    end
  end)

  it("fails with an unknown outcome if it is a write that must be sent once", function()
    play(1, ONE)
    local printed = run(3, "create")
    assert.truthy(printed:find("create: refused refused: POST things: ", 1, true), printed)
    assert.truthy(printed:find("memory; it may have been done", 1, true), printed)
    assert.equal(1, #raw:requests(1))
  end)

  it("fails without another attempt if retries is 0", function()
    play(1, ONE)
    local printed = run(0, "get")
    assert.truthy(printed:find("get: refused refused: GET things/1: ", 1, true), printed)
    assert.equal(1, #raw:requests(1))
  end)

  it("does not disturb the others that are interrupted with it", function()
    play(3, ONE)
    local printed = run(1, "get create update")
    assert.truthy(printed:find("create: refused", 1, true), printed)
    assert.truthy(printed:find("get: done", 1, true), printed)
    assert.truthy(printed:find("update: done", 1, true), printed)
    assert.equal(5, #raw:requests(5))
  end)
end)

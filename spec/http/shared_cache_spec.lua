-- The option cache.shared: a dictionary that keeps responses for several processes. Here it is a table with the
-- methods of nginx's; spec/integration/nginx_spec.lua has nginx's own.

local clients = require "spec.support.clients"
local core = require "harnest.core"
local harnest = require "harnest"
local usage_error = require "spec.support.usage_error"

local TOKEN, OTHER = "a-token-of-the-first", "a-token-of-another"

local methods = {}

function methods:get(name) return self.values[name] end

function methods:set(name, value, seconds)
  if self.is_full then return nil, "no memory" end
  self.values[name], self.seconds[name] = value, seconds
  return true
end

function methods:add(name, value)
  if self.values[name] then return nil, "exists" end
  self.values[name] = value
  return true
end

function methods:incr(name, by)
  self.values[name] = self.values[name] + by
  return self.values[name]
end

local function new_dictionary() return setmetatable({ values = {}, seconds = {} }, { __index = methods }) end

local function body(title)
  return ('{"data":{"type":"things","id":"1","attributes":{"title":"%s"}}}'):format(title)
end

describe("shared cache", function()
  local dictionary
  local group = clients(function(raw)
    return { url = raw.url .. "/api", token = TOKEN, retries = 0, timeout = 5, cache = { shared = dictionary } }
  end)
  group:hook(setup, before_each, after_each, teardown)
  before_each(function() dictionary = new_dictionary() end)
  local raw = group.raw

  local function answer(title, headers)
    return { raw.response(200, headers or { ["Cache-Control"] = "max-age=60" }, body(title)) }
  end

  local function title(api)
    local thing, err = api:get("things", 1)
    return thing and thing.attributes.title or err.kind
  end

  it("answers another client", function()
    raw:play { answer "a", answer "b" }
    local first, second = group:open(), group:add()
    assert.equal("a", title(first))
    assert.equal("a", title(second))
    assert.equal("a", title(first:with { timeout = 1 }))
    assert.equal(0, second:stats().requests)
    assert.equal(1, second:stats().cached)
  end)

  it("answers only for the same token and headers, and has neither", function()
    raw:play { answer "a", answer "b", answer "c", answer "d" }
    assert.equal("a", title(group:open()))
    assert.equal("b", title(group:add { token = OTHER }))
    assert.equal("c", title(group:add { headers = { ["X-Api-Key"] = "a-key-of-a-user" } }))
    assert.equal("d", title(group:add { token = false }))
    assert.equal("b", title(group:add { token = OTHER }))
    for name, value in pairs(dictionary.values) do
      for _, secret in ipairs { TOKEN, OTHER, "a-key-of-a-user" } do
        assert.is_nil((name .. tostring(value)):find(secret, 1, true))
      end
    end
  end)

  it("is revalidated by another client", function()
    local headers = { ["Cache-Control"] = "max-age=0", ETag = '"1"' }
    raw:play { answer("a", headers), { raw.response(304, { ETag = '"1"', ["Cache-Control"] = "max-age=60",
      ["Content-Type"] = false, ["Content-Length"] = false }) }, answer "b" }
    assert.equal("a", title(group:open()))
    assert.equal("a", title(group:add()))
    assert.equal('"1"', raw:requests(2)[2].headers["if-none-match"])
    assert.equal("a", title(group:add())) -- as the 304 allows
    assert.equal(2, #raw:requests(2))
  end)

  it("is stale after a write of any client", function()
    raw:play { answer "a", { raw.response(204) }, answer "b", answer "c" }
    local reader, writer = group:open(), group:add()
    assert.equal("a", title(reader))
    assert.is_true(writer:delete("things", 2))
    assert.equal("b", title(reader))
    assert.equal("b", title(writer))
  end)

  it("does not keep a response that was on its way during a write", function()
    local fresh = { ["Cache-Control"] = "max-age=60" }
    raw:play { { match = "GET /api/things/1", { sleep = 0.2 }, raw.response(200, fresh, body "a") },
      { match = "DELETE /api/things/2", raw.response(204) },
      { match = "GET /api/things/1", raw.response(200, {}, body "b") } }
    local reader, writer = group:open { loop = "manual" }, group:add()
    local found
    reader:spawn(function() found = title(reader) end)
    reader:step()
    reader:step()
    raw:requests(1)
    assert.is_true(writer:delete("things", 2))
    while not found do reader:step(0.1) end
    assert.equal("a", found)
    assert.equal("b", title(writer))
  end)

  it("has lifetimes, and none for what can be revalidated", function()
    raw:play { answer "a", { raw.response(200, { ETag = '"1"' }, body "b") }, { raw.response(200, {}, body "c") },
      { raw.response(200, { ["Cache-Control"] = "no-store" }, body "d") } }
    local api = group:open { cache = { shared = dictionary, ttl = 5, stale_if_error = 7 } }
    local seen = {}
    for id = 1, 4 do
      assert(api:get("things", id))
      for name, seconds in pairs(dictionary.seconds) do
        if not seen[name] then seen[name], seen[id] = true, seconds end
      end
    end
    assert.is_true(seen[1] > 60 and seen[1] <= 67, seen[1])
    assert.equal(0, seen[2])
    assert.is_true(seen[3] > 5 and seen[3] <= 12, seen[3])
    assert.is_nil(seen[4])
  end)

  it("answers while the server fails", function()
    raw:play { answer("a", { ["Cache-Control"] = "max-age=0", ETag = '"1"' }), { times = 9, raw.response(503) } }
    assert.equal("a", title(group:open { cache = { shared = dictionary, stale_if_error = 60 } }))
    assert.equal("a", title(group:add { cache = { shared = dictionary, stale_if_error = 60 } }))
  end)

  it("keeps the pages of lists", function()
    local function page(first, next)
      local text = '{"data":[{"type":"t","id":"%d"},{"type":"t","id":"%d"}],"links":{"next":%s}}'
      return { raw.response(200, { ["Cache-Control"] = "max-age=60" }, text:format(first, first + 1, next)) }
    end
    raw:play { page(1, '"/api/t?page=2"'), page(3, '"/api/t?page=3"'), page(5, "null") }
    for i = 1, 2 do
      local api, ids = group:add { prefetch = 2 }, {}
      for thing in api:list "t" do ids[#ids + 1] = thing.id end
      assert.equal("1 2 3 4 5 6", table.concat(ids, " "))
      assert.equal(i == 1 and 3 or 0, api:stats().requests)
    end
  end)

  it("ignores records that it cannot read, and a store that keeps nothing", function()
    raw:play { answer "a", answer "b", answer "c", answer "d", answer "e" }
    assert.equal("a", title(group:open()))
    local name = next(dictionary.seconds)
    local record = dictionary.values[name]
    for i, wrong in ipairs { "", "harnest1", record:sub(1, -2), "X" .. record:sub(2) } do
      dictionary.values[name] = wrong
      assert.equal(("bcde"):sub(i, i), title(group:add()))
    end
    dictionary.values[name], dictionary.is_full = 7, true
    raw:reset():play { answer "f", answer "g" }
    assert.equal("f", title(group:add()))
    assert.equal("g", title(group:add()))
  end)

  it("raises what the store raises, and cancels the call", function()
    raw:play { answer "a" }
    local api = group:open()
    function dictionary.get() error("the store is gone", 0) end
    local fine, err = pcall(api.get, api, "things", 1)
    assert.is_false(fine)
    assert.equal("the store is gone", err)
    assert.equal(0, core.pending_count(api))
  end)

  it("is not asked for calls that the cache does not keep", function()
    raw:play { { times = 9, raw.response(200, {}, body "a") } }
    local api, asked = group:open(), 0
    function dictionary.get(self, name)
      asked = asked + 1
      return self.values[name]
    end
    assert(api:request { path = "/things/1", headers = { ["Cache-Control"] = "no-cache" } })
    assert(api:request { method = "POST", path = "/things", body = {} })
    assert.equal(2, asked) -- the write's count, made and read
  end)

  it("ends its requests with the client, and at the deadline", function()
    raw:play { { times = 9, { sleep = 0.5 }, raw.response(200, {}, body "a") } }
    local api = group:open()
    local call = core.call(api, { url = raw.url .. "/api/things/1" }) -- nothing serves the store
    assert.equal(1, core.pending_count(api))
    api:close()
    assert.equal("cancelled", select(2, core.call_result(call)).kind)
    api = group:open()
    call = core.call(api, { url = raw.url .. "/api/things/1", deadline = 0.01 })
    while not core.call_done(call) do core.step(api, 0.1) end
    assert.equal("timeout", select(2, core.call_result(call)).kind)
  end)

  for _, loop in ipairs { "manual", "luv" } do
    local found = pcall(require, loop == "luv" and "luv" or "harnest")
    if found then
      it("works in the loop " .. loop, function()
        raw:play { answer "a", answer "b" }
        local titles = {}
        for i = 1, 2 do
          local api = group:add { loop = loop }
          coroutine.wrap(function()
            if loop == "luv" then titles[i] = title(api) else api:spawn(function() titles[i] = title(api) end) end
          end)()
          while not titles[i] do
            if loop == "luv" then require("luv").run "once" else api:step(0.1) end
          end
        end
        assert.same({ "a", "a" }, titles)
      end)
    end
  end

  it("is a dictionary", function()
    for _, wrong in ipairs { 1, "x", true, {}, print, { get = 1, set = 1, add = 1, incr = 1 } } do
      assert.matches("^option cache.shared: expected a shared dictionary of nginx %(ngx.shared.NAME%), got ",
        usage_error(harnest.new, { url = raw.url, cache = { shared = wrong } }))
    end
    local api = group:open()
    assert.matches("^option cache.shared: ", usage_error(api.with, api, { cache = { shared = 5 } }))
  end)
end)

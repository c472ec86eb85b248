-- What one server or one call does must not end the requests of other calls and clients.

local clients = require "spec.support.clients"
local rawserver = require "spec.support.rawserver"

local ONE = '{"data":{"type":"contracts","id":"1"}}'

describe("requests to another server continue", function()
  local opened = clients(function(raw) return { url = raw.url, token = false, retries = 0, timeout = 5 } end)
  opened:hook(setup, before_each, after_each, teardown)
  local good = opened.raw
  local bad

  setup(function() bad = rawserver.start() end)
  before_each(function() bad:reset() end)
  teardown(function() bad:stop() end)

  -- Calls fn(client) while a get and a create of another client wait for their responses
  local function during(fn, options)
    options = options or {}
    options.url = options.url or bad.url
    local other, own = opened:add(options), opened:add()
    for _ = 1, 2 do good:play { { { sleep = 0.4 }, rawserver.response(200, {}, ONE) } } end
    local results = own:parallel(
      function() return own:get("contracts", 1) end,
      function() return own:create("contracts", { attributes = { a = 1 } }) end,
      function() return fn(other) end)
    for i = 1, 2 do assert.equal("1", results[i][1] and results[i][1].id, tostring(results[i][2])) end
    assert.equal(2, own:stats().requests)
    assert.is_nil(results[3][1]) assert.equal("table", type(results[3][2]), tostring(results[3][2]))
    return results[3][2]
  end

  local long = ("x"):rep(200000)
  local responses = {
    ["a long status line"] = { "HTTP/1.1 200 " .. long .. "\r\n\r\n", { stall = true } },
    ["a long status line without an end"] = { "HTTP/1.1 200 " .. long, { stall = true } },
    ["a long line that is cut"] = { "HTTP/1.1 200 " .. long, { close = true } },
    ["a long field"] = { "HTTP/1.1 200 OK\r\nX-A: " .. long .. "\r\n\r\n", { stall = true } },
    ["a long field without an end"] = { "HTTP/1.1 200 OK\r\nX-A: " .. long, { stall = true } },
    ["a long field after a 1xx"] = { "HTTP/1.1 103 Hi\r\n\r\nHTTP/1.1 200 OK\r\nX-A: " .. long, { stall = true } },
    ["a long status line after a 1xx"] = { "HTTP/1.1 103 Hi\r\n\r\nHTTP/1.1 200 " .. long, { stall = true } },
  }
  for name, script in pairs(responses) do
    it("during " .. name, function()
      local err = during(function(api)
        bad:play { script }
        return api:get("contracts", 1)
      end)
      assert.equal("protocol", err.kind, err.message)
      assert.truthy(err.message:find("the response headers are too large", 1, true), err.message)
    end)
  end

  it("during a long trailer", function()
    local err = during(function(api)
      bad:play { { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-A: " .. long, { stall = true } } }
      return api:get("contracts", 1)
    end)
    assert.truthy(err.kind == "network" or err.kind == "protocol", err.message)
  end)

  local connects = {
    ["a long status line"] = { "HTTP/1.1 200 " .. long, { stall = true } },
    ["a long field"] = { "HTTP/1.1 200 OK\r\nX-A: " .. long, { stall = true } },
  }
  for name, script in pairs(connects) do
    it("during " .. name .. " of a proxy", function()
      bad:play { script }
      local err = during(function(api) return api:get("contracts", 1) end,
        { url = "https://a.test", proxy = bad.url })
      assert.truthy(err.kind == "network" or err.kind == "protocol", err.message)
    end)
  end

  local requests = {
    ["a URL"] = { path = "/t?q=" .. ("x"):rep(1000001) },
    ["headers"] = { path = "/t", headers = { ["X-A"] = ("x"):rep(600000), ["X-B"] = ("x"):rep(600000) } },
    ["a URL and headers"] = { path = "/t?q=" .. ("x"):rep(600000), headers = { ["X-A"] = ("x"):rep(600000) } },
  }
  for name, order in pairs(requests) do
    it("while " .. name .. " of more than 1,000,000 bytes are refused", function()
      local err = during(function(api) return api:request(order) end)
      assert.equal("refused", err.kind, err.message)
      assert.truthy(err.message:find("must not exceed 1,000,000 bytes together", 1, true), err.message)
      assert.equal(0, err.attempts)
    end)
  end

  it("and a request of a little less is sent", function()
    bad:play { { rawserver.response(200, {}, ONE) } }
    local api = opened:open { url = bad.url }
    assert(api:request { path = "/t?q=" .. ("x"):rep(500000), headers = { ["X-A"] = ("x"):rep(499000) } })
  end)
end)

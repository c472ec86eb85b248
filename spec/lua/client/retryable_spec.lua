-- err.retryable and err.outcome_unknown for every kind of failure, of reads and of writes.

local harnest = require "harnest"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"

local ERRORS = '{"errors":[{"title":"No"}]}'

describe("an error's advice", function()
  local raw

  setup(function() raw = rawserver.start() end)
  before_each(function() raw:reset() end)
  teardown(function() raw:stop() end)

  local calls = {
    read = function(api) return api:get("things", 1) end,
    update = function(api) return api:update("things", 1, { attributes = { a = 1 } }) end,
    delete = function(api) return api:delete("things", 1) end,
    create = function(api) return api:create("things", { attributes = { a = 1 } }) end,
    keyed = function(api) return api:create("things", { attributes = { a = 1 }, idempotency_key = "k" }) end,
    put = function(api) return api:request { method = "PUT", path = "/things" } end,
    post = function(api) return api:request { method = "POST", path = "/things" } end,
  }
  local idempotent = { read = true, update = true, delete = true, keyed = true, put = true }

  -- Calls each function of `calls` with a new client, after the server was given the script, and
  -- checks what the errors advise. The option `match` is the script's. `expected(name)` returns
  -- retryable and outcome_unknown.
  local function check(script, options, expected)
    for name, call in pairs(calls) do
      local all = { url = raw.url, token = false, retries = 0 }
      for option, value in pairs(options) do all[option] = value end
      all.match = nil
      raw:reset():play { { times = math.huge, match = options.match, (table.unpack or unpack)(script) } }
      local api = harnest.new(all)
      local result, err = call(api)
      assert.is_nil(result)
      local retryable, unknown = expected(name)
      assert.equal(retryable, err.retryable, name .. ": " .. err.message)
      assert.equal(unknown, err.outcome_unknown, name .. ": " .. err.message)
      local states_doubt = err.message:find "may have been done" or err.message:find "may have done it"
      assert.equal(unknown, states_doubt ~= nil, err.message)
      api:close()
    end
  end

  local function always(retryable, unknown)
    return function() return retryable, unknown end
  end

  -- Of an attempt that may have had its effect
  local function in_doubt(name)
    return idempotent[name] or false, name ~= "read"
  end

  it("of a status that stays is never to repeat the call", function()
    for _, status in ipairs { 400, 401, 402, 403, 404, 405, 406, 409, 410, 412, 413, 415, 421, 422, 423 } do
      check({ raw.response(status, {}, ERRORS) }, {}, always(false, false))
    end
  end)

  it("of 501 and 505 is not to repeat the call", function()
    for _, status in ipairs { 501, 505 } do check({ raw.response(status, {}, ERRORS) }, {}, always(false, false)) end
  end)

  it("of 429 and 503, which did nothing, is to repeat any call", function()
    for _, status in ipairs { 429, 503 } do check({ raw.response(status, {}, ERRORS) }, {}, always(true, false)) end
  end)

  it("of 408 and 425 is to repeat only what has its effect once", function()
    for _, status in ipairs { 408, 425 } do
      check({ raw.response(status, {}, ERRORS) }, {}, function(name) return idempotent[name] or false, false end)
    end
  end)

  it("of a server or gateway that failed is in doubt of writes", function()
    for _, status in ipairs { 500, 502, 504, 507, 599 } do check({ raw.response(status, {}, ERRORS) }, {}, in_doubt) end
  end)

  it("of a connection that nobody accepts is to repeat any call", function()
    check({ { close = true } }, { url = rawserver.closed_url() }, always(true, false))
  end)

  it("of a lost connection is in doubt of writes", function()
    check({ { close = true } }, {}, in_doubt)
    check({ "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", { close = true } }, {}, in_doubt)
  end)

  it("of a timeout is in doubt of writes that were sent", function()
    check({ { stall = true } }, { timeout = 0.05 }, in_doubt)
    check({ { stall = true } }, { deadline = 0.05 }, in_doubt)
  end)

  it("of a deadline before the request was sent is to repeat any call", function()
    for name, call in pairs(calls) do
      local rate = { requests = 1, per = 100 }
      local api = harnest.new { url = raw.url, token = false, deadline = 0.05, retries = 0, rate = rate }
      raw:reset():play { { raw.response(204) } }
      assert(api:request { method = "POST", path = "/first" })
      local _, err = call(api)
      assert.equal("timeout", err.kind)
      assert.is_true(err.retryable, name)
      assert.is_false(err.outcome_unknown, name)
      api:close()
    end
  end)

  it("of a response that cannot be read is not to repeat the call", function()
    check({ raw.response(200, { ["Content-Type"] = "text/html" }, "<html>") }, {},
      function(name) return false, name ~= "read" end)
    check({ "no HTTP\r\n\r\n", { close = true } }, {}, function(name) return false, name ~= "read" end)
  end)

  it("of a request that was refused is not to repeat the call", function()
    check({}, { url = "http://192.0.2.1", token = "a-token-to-send" }, always(false, false))
    check({ raw.response(302, { Location = "http://192.0.2.1/" }) }, {},
      function(name) return false, name ~= "read" end)
  end)

  it("of a failed TLS handshake is not to repeat the call", function()
    local options = { match = "connect", url = raw.url:gsub("^http", "https"), ca_file = sandbox.get().ca_file }
    check({ "no TLS\r\n\r\n", { close = true } }, options, always(false, false))
  end)

  it("of a closed client is in doubt of a write that was sent", function()
    for name, call in pairs(calls) do
      raw:reset():play { { { stall = true } } }
      local api
      api = harnest.new { url = raw.url, token = false, trace = function() api:close() end }
      local _, err = call(api)
      assert.equal("cancelled", err.kind)
      assert.is_false(err.retryable, name)
      assert.equal(err.message:find("may have been done", 1, true) ~= nil, err.outcome_unknown)
    end
  end)

  it("of a token function without a token is not to repeat the call", function()
    check({}, { token = function() end }, always(false, false))
  end)

  it("of a repeated call is that of its last attempt, and of its doubt", function()
    local api = harnest.new { url = raw.url, token = false, retries = 1, max_retry_wait = 0.01 }
    raw:play { { { close = true } }, { raw.response(422, {}, ERRORS) } }
    local _, err = api:update("things", 1, { attributes = { a = 1 } })
    assert.equal(2, err.attempts)
    assert.is_false(err.retryable)
    assert.is_true(err.outcome_unknown)
    raw:reset():play { { times = 2, raw.response(503, { ["Retry-After"] = "0" }) } }
    _, err = api:create("things", {})
    assert.equal(2, err.attempts)
    assert.is_true(err.retryable)
    assert.is_false(err.outcome_unknown)
    api:close()
  end)

  it("of a list is to repeat it if a page may come later", function()
    local api = harnest.new { url = raw.url, token = false, retries = 0 }
    raw:play { { times = math.huge, raw.response(500, {}, ERRORS) } }
    assert.is_true(select(2, api:all "things").retryable)
    assert.is_true(select(2, api:list("things"):next()).retryable)
    assert.is_false(select(2, api:all "http://192.0.2.1/").retryable)
    api:close()
  end)

  it("of atomic results that do not match is in doubt", function()
    local api = harnest.new { url = raw.url, token = false }
    raw:play { { raw.response(200, {}, '{"atomic:results":[]}') } }
    local _, err = api:atomic { { op = "remove", ref = { type = "t", id = "1" } } }
    assert.equal("protocol", err.kind)
    assert.is_true(err.outcome_unknown)
    assert.is_false(err.retryable)
    api:close()
  end)

  it("of other errors is there, too", function()
    local api = harnest.new { url = raw.url, token = false }
    raw:play { { raw.response(200, {}, '{"data":{"type":"t","id":"1"}}') } }
    local _, err = assert(api:get("t", 1)):related "owner"
    assert.is_false(err.retryable)
    assert.is_false(err.outcome_unknown)
    _, err = api:atomic { { op = "remove", ref = { type = "t", lid = "x" } } }
    assert.is_false(err.retryable)
    assert.is_false(err.outcome_unknown)
    api:close()
  end)
end)

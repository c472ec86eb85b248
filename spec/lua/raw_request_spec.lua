-- api:request: any request, for custom actions.

local harnest = require "harnest"
local usage_error = require "spec.support.usage_error"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"

describe("request", function()
  local raw, api

  setup(function() raw = rawserver.start() end)
  before_each(function()
    raw:reset()
    api = harnest.new { url = raw.url .. "/api", retries = 1, token = "a-secret-token" }
  end)
  after_each(function() api:close() end)
  teardown(function() raw:stop() end)

  it("sends method, query, body and headers, and returns document, status and headers", function()
    raw:play { { raw.response(201, { ["X-One"] = "1" }, '{"data":{"type":"t","id":7},"meta":{"done":true}}') } }
    local document, answer = assert(api:request {
      method = "POST", path = "/t/1/sign", query = { include = "o" }, headers = { ["X-Two"] = "2" },
      body = { data = {}, meta = { n = 12345678901234.56 } },
    })
    assert.equal("table", type(document))
    assert.is_true(document.meta.done)
    assert.same({ type = "t", id = "7" }, document.data:ref())
    assert.equal(201, answer.status)
    assert.equal("1", answer.headers["x-one"])
    local request = raw:requests(1)[1]
    assert.equal("POST", request.method)
    assert.equal("/api/t/1/sign?include=o", request.path)
    assert.equal('{"data":[],"meta":{"n":12345678901234.56}}', request.body)
    assert.equal("2", request.headers["x-two"])
    assert.equal("application/vnd.api+json", request.headers["content-type"])
    assert.equal("Bearer a-secret-token", request.headers.authorization)
  end)

  it("returns the body as it is with raw", function()
    for _, body in ipairs { '{ "data": null }\n', "<html>\0", "" } do
      raw:reset():play { { raw.response(200, { ["Content-Type"] = "text/html" }, body) } }
      local text, answer = assert(api:request { path = "/t", raw = true })
      assert.equal(body, text)
      assert.equal(200, answer.status)
      assert.equal("text/html", answer.headers["content-type"])
    end
    raw:reset():play { { raw.response(404, {}, '{"errors":[{"title":"No"}]}') } }
    local text, err = api:request { path = "/t", raw = true }
    assert.is_nil(text)
    assert.equal("not_found", err.kind)
    assert.equal("No", err.errors[1].title)
  end)

  it("gets a path, a type or a link if there is no body", function()
    raw:play { { times = 3, raw.response(204) } }
    for _, path in ipairs { "/t/1", "t", { href = raw.url .. "/api/t" } } do
      local document, answer = api:request { path = path }
      assert.is_true(document)
      assert.equal(204, answer.status)
    end
    local requests = raw:requests(3)
    assert.equal("GET", requests[1].method)
    assert.is_nil(requests[1].headers["content-type"])
  end)

  it("returns nil and the error", function()
    raw:play { { raw.response(422, {}, '{"errors":[{"title":"no"}]}') } }
    local document, err = api:request { method = "POST", path = "/t" }
    assert.is_nil(document)
    assert.equal("invalid", err.kind)
    assert.equal("422 invalid: POST t: no", err.message)
    assert.equal("refused", select(2, api:request { path = "https://evil.example.com/" }).kind)
  end)

  it("is retried only with idempotent methods or with a key", function()
    api:close()
    api = harnest.new { url = raw.url .. "/api", retries = 1, max_retry_wait = 0.01 }
    local again = {
      GET = 2, HEAD = 2, PUT = 2, DELETE = 2, OPTIONS = 2, TRACE = 2, POST = 1, PATCH = 1, PURGE = 1,
    }
    for method, attempts in pairs(again) do
      raw:reset():play { { times = 9, { close = true } } }
      assert.equal(attempts, select(2, api:request { method = method, path = "/t" }).attempts, method)
    end
    raw:reset():play { { times = 9, { close = true } } }
    local err = select(2, api:request { method = "POST", path = "/t", headers = { ["idempotency-KEY"] = "k" } })
    assert.equal(2, err.attempts)
  end)

  it("works with the sandbox", function()
    local sb = sandbox.get()
    local client = harnest.new { url = sb.url, token = sb.token }
    local query = { fields = { contracts = "title" } }
    local document, answer = assert(client:request { path = "/contracts/7", query = query })
    assert.equal("7", document.data.id)
    assert.equal(200, answer.status)
    assert.is_nil(document.data.attributes.status)
    client:close()
  end)

  it("raises for invalid requests", function()
    local cases = {
      { "request: expected a table, got nil" }, { "request: expected a table, got string", "/t" },
      { "request: path: expected a path or link, got nil", {} },
      { 'request: method: expected an HTTP method in upper case, got "post"', { method = "post", path = "/t" } },
      { 'request: method: expected an HTTP method in upper case, got "GET /x"', { method = "GET /x", path = "/t" } },
      { "request: method: expected a string, got 1", { method = 1, path = "/t" } },
      { "request: body: expected a table, got string", { body = "x", path = "/t" } },
      { "request: bdy: unknown; did you mean body?", { bdy = {}, path = "/t" } },
      { "request: x: unknown; known names: method, path, query, body, headers, raw", { x = {}, path = "/t" } },
      { "request: headers: Content-Type is set by the client itself",
        { headers = { ["Content-Type"] = "x" }, path = "/t" } },
      { "request: headers.X: a header value must not contain CR, LF or NUL",
        { headers = { X = "a\r\nY: 1" }, path = "/t" } },
      { "request: path: expected a type, path or link, got 1", { path = 1 } },
    }
    for _, case in ipairs(cases) do
      assert.equal(case[1], usage_error(function() api:request(case[2]) end))
    end
    assert.equal(0, api:stats().requests)
  end)
end)

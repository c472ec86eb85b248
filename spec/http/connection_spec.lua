-- Connections: when they are kept, shared and closed; TLS.

local harnest = require "harnest"
local request_fixture = require "spec.support.request_fixture"
local sandbox = require "spec.support.sandbox"
local socket = require "socket"

local ONE = '{"data":{"type":"contracts","id":"1"}}'

describe("request", function()
  local fixture = request_fixture(setup, before_each, after_each, teardown)
  local raw = fixture.raw
  local sb = sandbox.get()

  describe("keeps its connection", function()
    it("between calls", function()
      raw:play { { times = 20, raw.response(200, {}, ONE) } }
      fixture:client()
      for _ = 1, 20 do assert(fixture.api:get("contracts", 1)) end
      assert.equal(1, #raw:connections())
      assert.equal(1, fixture.api:stats().connections)
      assert.equal(20, fixture.api:stats().requests)
    end)

    it("while it is busy, so that a concurrent call uses another one", function()
      raw:play { { match = "GET /api/slow/1", { sleep = 0.5 }, raw.response(200, {}, ONE) },
        { times = 3, raw.response(200, {}, ONE) } }
      fixture:client()
      local order = {}
      local function get(name)
        return function()
          assert(fixture.api:get(name, 1))
          order[#order + 1] = name
        end
      end
      fixture.api:parallel(get "slow", get "quick")
      assert.same({ "quick", "slow" }, order)
    end)

    it("between clients", function()
      raw:play { { times = 2, raw.response(200, {}, ONE) } }
      local first = harnest.new { url = raw.url, token = "one" }
      assert(first:get("contracts", 1))
      assert(fixture:client():get("contracts", 1))
      first:close()
      assert.equal(1, #raw:connections())
    end)

    it("until the last client is closed", function()
      raw:play { { times = 3, raw.response(200, {}, ONE) } }
      local first = harnest.new { url = raw.url, token = "one" }
      assert(first:get("contracts", 1))
      assert(fixture:client():get("contracts", 1))
      first:close()
      assert(fixture.api:get("contracts", 1))
      fixture.api:close()
      assert.equal(1, #raw:connections())
      local deadline = socket.gettime() + 5
      while not raw:connections()[1].closed and socket.gettime() < deadline do
        socket.sleep(0.01)
      end
      assert.equal("client", raw:connections()[1].closed_by)
    end)

    it("after error responses", function()
      raw:play { { raw.response(404) }, { raw.response(422, {}, "{}") },
        { raw.response(200, {}, ONE) } }
      fixture:client()
      for _ = 1, 3 do fixture.api:get("contracts", 1) end
      assert.equal(1, #raw:connections())
    end)

    it("until the server closes it; the next call opens a new one", function()
      local events = {}
      raw:play { { raw.response(200, {}, ONE), { close = true } },
        { raw.response(200, {}, ONE), { close = true } },
        { raw.response(200, {}, ONE) } }
      fixture:client { trace = function(event) events[#events + 1] = event.event end }
      for i = 1, 3 do
        assert(fixture.api:get("contracts", 1))
        raw:connections(i)
        while i < 3 and not raw:connections()[i].closed do socket.sleep(0.005) end
      end
      assert.equal(3, #raw:connections())
      assert.equal(0, fixture.api:stats().retries)
      assert.equal("request response request response request response", table.concat(events, " "))
    end)

    it("until it breaks when reused, which is not an error", function()
      raw:play { { raw.response(200, {}, ONE) }, { { close = true } },
        { raw.response(200, {}, ONE) } }
      fixture:client()
      assert(fixture.api:get("contracts", 1))
      assert(fixture.api:get("contracts", 1))
      assert.equal(2, #raw:connections())
      assert.equal(3, #raw:requests())
    end)
  end)

  describe("over TLS", function()
    local function tls(options)
      options.url = options.url or sb.tls_url
      options.token = sb.token
      return options
    end

    it("trusts the given authority and uses HTTP/2", function()
      sb:mark()
      fixture:succeeds(tls { ca_file = sb.ca_file })
      local requests = sb:requests()
      assert.equal(1, #requests)
      assert.equal("HTTP/2.0", requests[1].protocol)
      assert.equal(200, requests[1].status)
    end)

    it("reads all pages over one connection", function()
      sb:mark()
      fixture:client(tls { ca_file = sb.ca_file })
      assert.equal(120, #assert(fixture.api:all "people"))
      local connections = {}
      for _, request in ipairs(sb:requests()) do connections[request.connection] = true end
      assert.truthy(next(connections))
      assert.is_nil(next(connections, (next(connections))))
    end)

    it("fails as tls for an unknown authority", function()
      local err = fixture:fails("tls", tls { retries = 3 })
      assert.equal(1, err.attempts)
      assert.is_nil(err.status)
      assert.truthy(err.message:find("ca_file", 1, true))
      assert.equal(0, #sb:requests "contracts")
    end)

    it("fails as tls for another host's certificate", function()
      fixture:fails("tls", tls { url = sb.bad_tls_url, ca_file = sb.ca_file })
    end)

    it("fails as tls for an unreadable authority file", function()
      fixture:fails("tls", tls { ca_file = "/nonexistent/ca.pem" })
    end)

    it("fails as tls if the server does not speak TLS", function()
      local err = fixture:fails("tls", { url = raw.url:gsub("http", "https") },
        { match = "connect", { listen = true }, "HTTP/1.1 400 Bad Request\r\n\r\n", { close = true } })
      assert.equal("tls: GET contracts/1: the server does not speak TLS on this port; use http:// or another port",
        err.message)
    end)

    it("accepts any certificate with insecure", function()
      fixture:succeeds(tls { insecure = true })
      fixture:succeeds(tls { insecure = true, url = sb.bad_tls_url })
      fixture:fails("tls", tls {})
    end)

    it("follows http links over https", function()
      fixture:client(tls { ca_file = sb.ca_file, url = sb:tls_at "shape/http-next" })
      assert.equal(40, #assert(fixture.api:all "companies"))
    end)
  end)
end)

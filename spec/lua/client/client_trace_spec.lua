-- Traces of clients.

local client_fixture = require "spec.support.client_fixture"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"

describe("client", function()
  local sb = sandbox.get()
  local fixture = client_fixture(setup, before_each, teardown)
  local ONE, raw, client = fixture.ONE, fixture.raw, fixture.client

  describe("trace", function()
    local events, api

    local function traced(options)
      events = {}
      options.trace = function(event) events[#events + 1] = event end
      api = client(options)
      return api
    end

    -- The names of the events in order
    local function names()
      local list = {}
      for i, event in ipairs(events) do list[i] = event.event end
      return table.concat(list, " ")
    end

    after_each(function() api:close() end)

    it("reports requests, responses and retries", function()
      raw:play { { raw.response(503, { ["Retry-After"] = "0" }) }, { raw.response(200, {}, ONE) } }
      assert(traced({ retries = 1 }):get("things", 1, { include = "a" }))
      assert.equal("request response retry request response", names())
      local url = raw.url .. "/api/things/1?include=a"
      local id = raw:requests(1)[1].headers["x-request-id"]
      assert.same({ event = "request", method = "GET", url = url, attempt = 1, request_id = id }, events[1])
      assert.equal("unavailable", events[2].kind)
      assert.is_nil(events[2].message)
      assert.equal("503 unavailable", events[3].reason)
      assert.equal("unavailable", events[3].kind)
      assert.is_nil(events[5].kind)
      assert.equal(503, events[2].status)
      assert.equal(200, events[5].status)
      for i, attempt in ipairs { 1, 1, 1, 2, 2 } do
        assert.equal(attempt, events[i].attempt)
        assert.equal("GET", events[i].method)
        assert.equal(url, events[i].url)
        assert.equal(id, events[i].request_id)
      end
      assert.truthy(events[3].wait >= 0 and events[3].wait <= 0.5)
      assert.truthy(events[5].seconds > 0 and events[5].bytes >= #ONE)
      assert.is_nil(events[3].status)
    end)

    it("reports pages", function()
      local pages = sb:shape "links"
      local count = 0
      for _ in traced({ url = pages, token = sb.token, prefetch = 0 }):list("companies") do count = count + 1 end
      assert.equal(40, count)
      assert.equal("request response page request response page request response page", names())
      assert.equal(200, events[3].status)
      assert.truthy(events[3].bytes > 100 and events[3].seconds >= 0)
      assert.equal(pages .. "/companies", events[3].url)
      assert.equal(40, events[3].resources + events[6].resources + events[9].resources)
      assert.is_nil(events[3].total)
    end)

    it("reports the total of pages that state it", function()
      local page = '{"data":[{"type":"t","id":"1"}],"meta":{"total":7},"links":{"next":null}}'
      raw:play { { raw.response(200, {}, page) } }
      assert.equal("1", traced({}):first("t").id)
      assert.equal("request response page", names())
      assert.equal(7, events[3].total)
      assert.equal(1, events[3].resources)
      assert.is_nil(events[2].total)
    end)

    it("reports requests without a response", function()
      assert.is_nil((traced({ url = rawserver.closed_url() }):get("things", 1)))
      assert.equal("request response", names())
      assert.is_nil(events[2].status)
      assert.equal("network", events[2].kind)
      assert.matches("^Failed to connect to 127.0.0.1 port %d+", events[2].message)
      local _, err = traced({ url = rawserver.closed_url(), retries = 1, max_retry_wait = 0.01 }):get("things", 1)
      assert.equal("request response retry request response", names())
      assert.equal("network: " .. events[2].message, events[3].reason)
      assert.equal("network", events[3].kind)
      assert.is_nil(events[4].message or events[4].kind or events[4].reason)
      assert.equal(err.request_id, events[5].request_id)
    end)

    it("reports why a response is not complete", function()
      raw:play { { "HTTP/1.1 200 OK\r\nContent-Le", { close = true } } }
      local _, err = traced({ retries = 0 }):get("things", 1)
      assert.equal("protocol", err.kind)
      assert.equal("protocol", events[2].kind)
      assert.equal("the connection closed within the response headers", events[2].message)
      raw:play { { { stall = true } } }
      assert.is_nil((traced({ retries = 0, timeout = 0.05 }):get("things", 1)))
      assert.equal("timeout", events[2].kind)
      assert.is_string(events[2].message)
    end)

    it("has the number of the attempt that waited for a connection until the deadline", function()
      raw:play { { times = 2, { stall = true } } }
      traced { deadline = 0.05, max_connections = 1, prefetch = 0, retries = 0 }
      api:parallel(function() api:get("things", 1) end, function() api:get("things", 2) end)
      assert.equal("request request response response", names())
      for _, event in ipairs(events) do assert.equal(1, event.attempt) end
    end)

    it("has headers and bodies where asked for", function()
      for _, detail in ipairs { false, "headers", "body" } do
        raw:reset():play { { raw.response(200, { ETag = '"1"', ["Set-Cookie"] = "a=b" }, ONE) } }
        assert(traced({ trace_detail = detail or nil }):update("things", 1, { attributes = { a = 1 } }))
        local sent, received = events[1], events[2]
        if detail then
          local requested = raw:requests(1)[1].headers
          assert.equal(requested["content-type"], sent.request_headers["content-type"])
          assert.equal(requested["x-request-id"], sent.request_headers["x-request-id"])
          assert.is_nil(sent.request_headers.expect)
          assert.equal('"1"', received.headers.etag)
          assert.same({ "[token]" }, { received.headers["set-cookie"] })
        else
          assert.is_nil(sent.request_headers or received.headers)
        end
        assert.equal(detail == "body" and raw:requests(1)[1].body or nil, sent.request_body)
        assert.equal(detail == "body" and ONE or nil, received.body)
        assert.equal(detail == "body" and #ONE or nil, received.body_size)
        assert.is_nil(sent.headers or sent.body or received.request_headers or received.request_body)
        api:close()
      end
    end)

    it("has the first 4 KB of a body, cut between characters", function()
      local body = '{"data":null,"meta":{"x":"' .. ("ü"):rep(3000) .. '"}}'
      raw:play { { raw.response(200, {}, body) } }
      traced({ trace_detail = "body" }):get("things", 1)
      assert.equal(#body, events[2].body_size)
      assert.equal(body:sub(1, 4096), events[2].body)
      body = " " .. body
      raw:play { { raw.response(200, {}, body) } }
      traced({ trace_detail = "body" }):get("things", 1)
      assert.equal(body:sub(1, 4095), events[2].body)
    end)

    it("may close the client, which cancels its calls", function()
      raw:play { { times = 2, { stall = true } } }
      local closing
      closing = client { trace = function() closing:close() end }
      local resource, err = closing:get("things", 1)
      assert.is_nil(resource)
      assert.equal("cancelled", err.kind)
      assert.equal("cancelled: GET things/1: the client was closed", err.message)
      closing = client { trace = function() closing:close() end }
      local iterator = closing:list "things"
      local item, problem = iterator:next()
      assert.is_nil(item)
      assert.equal("cancelled", problem.kind)
      traced {}
    end)

    it("may raise, and the caller gets the error", function()
      raw:play { { times = 2, raw.response(200, {}, ONE) } }
      local failing = client { trace = function() error("no trace", 0) end }
      assert.equal("no trace", select(2, pcall(failing.get, failing, "things", 1)))
      collectgarbage()
      failing:close()
      traced {}
    end)
  end)
end)

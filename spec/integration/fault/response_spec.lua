-- Responses that are not HTTP, or unusual HTTP.

local fault = require "spec.support.fault"
local rawserver = require "spec.support.rawserver"

local response = rawserver.response

-- A plain response with another Content-Length, or several
local function with_length(...)
  local lengths = { ... }
  return function(body) return { response(200, { ["Content-Length"] = lengths }, body),
    { close = true } } end
end

local function before(text)
  return function(_, whole) return { text, whole } end
end

-- Bytes after a response on a kept connection must not become part of the next response
local function next_is_right(raw, api)
  raw:reset()
  raw:play { { response(200, {}, '{"data":{"type":"contracts","id":"2"}}') } }
  assert.equal("2", assert(api:get("contracts", 2)).id)
end

describe("response fault:", function()
  local faults = fault.section "Responses"
  setup(function() faults:start() end)
  teardown(function() faults:stop() end)

  local function final(name, message, script, more)
    local row = { name, kind = "protocol", retried = false, maybe_executed = true,
      message = message, script = script }
    for key, value in pairs(more or {}) do row[key] = value end
    return row
  end

  faults:specs({
    final("an invalid status line", nil, { "garbage\r\n\r\n", { close = true } }),
    final("a status that is not a number", nil, { "HTTP/1.1 abc OK\r\n\r\n", { close = true } }),
    final("an unknown HTTP version", nil, { "HTTP/9.9 200 OK\r\n\r\n", { close = true } }),
    final("HTTP/0.9, a body without headers", nil,
      function(body) return { body, { close = true } } end),
    final("the greeting of another protocol", nil,
      { "220 mail.example.com ESMTP\r\n", { close = true } }),
    final("binary data", nil, { "\0\1\2\3\255\r\n", { close = true } }),
    { "a Content-Length too long, then closed", kind = "protocol", retried = true,
      maybe_executed = true,
      script = with_length(999) },
    final("a Content-Length too short", "cut short",
      function(body) return { response(200, { ["Content-Length"] = #body - 9 }, body) } end,
        { after = next_is_right }),
    final("a negative Content-Length", "Content-Length", with_length(-1)),
    final("an invalid Content-Length", "Content-Length", with_length "ten"),
    -- libcurl ignores it and reads to the end of the connection
    { "a Content-Length beyond 64 bits", kind = "success", script = with_length(("9"):rep(30)) },
    final("two different Content-Lengths", nil,
      function(body) return with_length(#body, #body - 9)(body) end),
    { "two equal Content-Lengths", kind = "success",
      script = function(body) return with_length(#body, #body)(body) end },
    { "invalid chunks", kind = "protocol", retried = true, maybe_executed = true, message = "chunk",
      script = { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n" } },
    { "a chunk size beyond 64 bits", kind = "protocol", retried = true, maybe_executed = true,
      message = "chunk",
      script = { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" .. ("f"):rep(30)
        .. "\r\n{}" } },
    { "a 100 before the response", kind = "success",
      script = before "HTTP/1.1 100 Continue\r\n\r\n" },
    { "a 103 with early hints before the response", kind = "success",
      script =
        before "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nContent-Length: 5\r\n\r\n" },
    { "a thousand 1xx before the response", kind = "success",
      script = before(("HTTP/1.1 102 Processing\r\n\r\n"):rep(1000)) },
    { "an unrequested 101", kind = "network", retried = true, maybe_executed = true,
      message = "Empty reply",
      script = { "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        { close = true } } },
    { "a header line of 60,000 bytes", kind = "success",
      script = function(body) return { response(200, { ["X-Large"] = ("x"):rep(60000) },
        body) } end },
    { "a folded header line", kind = "success",
      script = function(body) return { response(200, { ["X-Folded"] = "one\r\n two\r\n\tthree" }, body) } end },
    final("a folded line before all others", nil, function(body)
      return { "HTTP/1.1 200 OK\r\n folded\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body }
    end),
    { "a hundred Set-Cookie", kind = "success",
      script = function(body)
        local cookies = {}
        for i = 1, 100 do cookies[i] = ("name%d=%s"):format(i, ("x"):rep(1000)) end
        return { response(200, { ["Set-Cookie"] = cookies }, body) }
      end },
    { "trailers that repeat headers", kind = "success",
      script = function(body) return { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        .. ("%x\r\n%s\r\n0\r\n"):format(#body, body)
        .. "Content-Type: text/html\r\nLink: </x>; rel=next\r\nRetry-After: 9\r\n\r\n" } end },
    final("a header line of a million bytes", "the response headers are too large",
      { "HTTP/1.1 200 OK\r\nX-Filler: " .. ("x"):rep(1e6), { stall = true } }),
    final("a status line of 200,000 bytes", "the response headers are too large",
      { "HTTP/1.1 200 " .. ("x"):rep(200000), { stall = true } }),
    final("endless header lines", "the response headers are too large",
      { "HTTP/1.1 200 OK\r\n", { flood = { ("X-Filler: %s\r\n"):format(("x"):rep(1000)), 9 } } }),
    final("endless 1xx", "the response headers are too large",
      { { flood = { ("HTTP/1.1 102 Processing\r\n\r\n"):rep(100), 9 } } }),
    final("an invalid header line", nil,
      { "HTTP/1.1 200 OK\r\nwhat is this?\r\n\r\n{", { close = true } }),
    final("truncated JSON", "cut short",
      function(body) return { response(200, {}, body:sub(1, -2)) } end),
    final("a page of HTML", "check the option url",
      function() return { response(200, { ["Content-Type"] = "text/html" },
        "<html>It works!</html>") } end),
  }, it)

  it("is documented in docs/FAULTS.md", function() faults:check() end)
end)

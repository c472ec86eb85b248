-- Answers that are not HTTP, or strange HTTP.

local fault = require "spec.support.fault"
local rawserver = require "spec.support.rawserver"

local response = rawserver.response

-- A plain answer whose Content-Length is another, or several
local function with_length(...)
  local lengths = { ... }
  return function(body) return { response(200, { ["Content-Length"] = lengths }, body), { close = true } } end
end

local function before(text)
  return function(_, whole) return { text, whole } end
end

-- A kept connection on which more came than was asked for must not give it out as the next answer
local function next_is_right(raw, api)
  raw:reset()
  raw:play { { response(200, {}, '{"data":{"type":"contracts","id":"2"}}') } }
  assert.equal("2", assert(api:get("contracts", 2)).id)
end

describe("an answer's fault:", function()
  local faults = fault.section "Answers"
  setup(function() faults:start() end)
  teardown(function() faults:stop() end)

  local function final(name, says, script, more)
    local row = { name, kind = "protocol", again = false, carried = true, says = says, script = script }
    for key, value in pairs(more or {}) do row[key] = value end
    return row
  end

  faults:specs({
    final("a status line of garbage", nil, { "garbage\r\n\r\n", { close = true } }),
    final("a status that is no number", nil, { "HTTP/1.1 abc OK\r\n\r\n", { close = true } }),
    final("an HTTP version from the future", nil, { "HTTP/9.9 200 OK\r\n\r\n", { close = true } }),
    final("HTTP/0.9, a body without a head", nil, function(body) return { body, { close = true } } end),
    final("another protocol's greeting", nil, { "220 mail.example.com ESMTP\r\n", { close = true } }),
    final("bytes that are no text", nil, { "\0\1\2\3\255\r\n", { close = true } }),
    { "a Content-Length too long, then closed", kind = "protocol", again = true, carried = true,
      script = with_length(999) },
    final("a Content-Length too short", "cut short",
      function(body) return { response(200, { ["Content-Length"] = #body - 9 }, body) } end, { after = next_is_right }),
    final("a Content-Length below zero", "Content-Length", with_length(-1)),
    final("a Content-Length of garbage", "Content-Length", with_length "ten"),
    -- libcurl takes it for none, and reads to the end of the connection
    { "a Content-Length beyond 64 bits", kind = "answered", script = with_length(("9"):rep(30)) },
    final("two Content-Lengths that differ", nil, function(body) return with_length(#body, #body - 9)(body) end),
    { "two Content-Lengths that are the same", kind = "answered",
      script = function(body) return with_length(#body, #body)(body) end },
    { "chunks that are none", kind = "protocol", again = true, carried = true, says = "chunk",
      script = { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n" } },
    { "a chunk longer than any", kind = "protocol", again = true, carried = true, says = "chunk",
      script = { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" .. ("f"):rep(30) .. "\r\n{}" } },
    { "a 100 before the answer", kind = "answered", script = before "HTTP/1.1 100 Continue\r\n\r\n" },
    { "a 103 with early hints before the answer", kind = "answered",
      script = before "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nContent-Length: 5\r\n\r\n" },
    { "a thousand 1xx before the answer", kind = "answered",
      script = before(("HTTP/1.1 102 Processing\r\n\r\n"):rep(1000)) },
    { "a 101 that nobody asked for", kind = "network", again = true, carried = true, says = "Empty reply",
      script = { "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", { close = true } } },
    { "a header line of 60,000 bytes", kind = "answered",
      script = function(body) return { response(200, { ["X-Large"] = ("x"):rep(60000) }, body) } end },
    final("a header line of a million bytes", "the response headers are too large",
      { "HTTP/1.1 200 OK\r\nX-Filler: " .. ("x"):rep(1e6), { stall = true } }),
    final("header lines without end", "the response headers are too large",
      { "HTTP/1.1 200 OK\r\n", { flood = { ("X-Filler: %s\r\n"):format(("x"):rep(1000)), 9 } } }),
    final("1xx without end", "the response headers are too large",
      { { flood = { ("HTTP/1.1 102 Processing\r\n\r\n"):rep(100), 9 } } }),
    final("a head in which a line is none", nil, { "HTTP/1.1 200 OK\r\nwhat is this?\r\n\r\n{", { close = true } }),
    final("JSON that is cut short", "cut short",
      function(body) return { response(200, {}, body:sub(1, -2)) } end),
    final("a page of HTML", "check the option url",
      function() return { response(200, { ["Content-Type"] = "text/html" }, "<html>It works!</html>") } end),
  }, it)

  it("docs/FAULTS.md tells of them", function() faults:check() end)
end)

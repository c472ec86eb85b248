-- The raw server, tested with plain sockets.

local socket = require "socket"
local rawserver = require "spec.support.rawserver"
local text_file = require "spec.support.text_file"

describe("the raw server", function()
  local raw

  setup(function() raw = rawserver.start() end)
  before_each(function() raw:reset() end)
  teardown(function() raw:stop() end)

  local function connect()
    local client = assert(socket.connect("127.0.0.1", raw.port))
    client:settimeout(5)
    return client
  end

  local function get(client, path)
    client:send("GET " .. path .. " HTTP/1.1\r\nHost: here\r\n\r\n")
  end

  it("sends its scripts in order", function()
    local answer = raw.response(200, { ["X-Two"] = { "1", "2" }, ["content-type"] = false }, "\0\255\r\n")
    assert.equal("HTTP/1.1 200 Scripted\r\nContent-Length: 4\r\nX-Two: 1\r\nX-Two: 2\r\n\r\n\0\255\r\n", answer)
    raw:play { { answer }, { match = "GET /b", "b" }, { "c" }, { times = 2, "d" } }
    local client = connect()
    get(client, "/a")
    assert.equal(answer, client:receive(#answer))
    for _, path in ipairs { "/c", "/b?x=1", "/d", "/d" } do get(client, path) end
    assert.equal("cbdd", client:receive(4))
    get(client, "/e")
    assert.truthy(client:receive("*l"):find "500")
    client:close()
  end)

  it("answers by the function of a file, and does not record these requests", function()
    local path = os.tmpname()
    text_file.write(path, 'local n = 0; return function(request) n = n + 1; return { request.path .. n, "!" } end')
    raw:play { { match = "GET /a", times = 2, by = path }, { "end" } }
    local client = connect()
    for _, place in ipairs { "/a", "/a?x", "/b" } do get(client, place) end
    assert.equal("/a1!/a?x2!end", client:receive(13))
    assert.equal(1, #raw:requests())
    client:close()
    os.remove(path)
  end)

  it("reports what it received", function()
    raw:play { { times = math.huge, raw.response(204) } }
    local client = connect()
    client:send "POST /p?q=1 HTTP/1.1\r\nContent-Length: 5\r\nX-A: 1\r\nx-a: 2\r\n\r\nab\0\r\n"
    client:send "PATCH /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    get(connect(), "/")
    local requests = raw:requests(3)
    assert.equal(3, #requests)
    assert.same({ "POST", "/p?q=1", "ab\0\r\n", 1 },
      { requests[1].method, requests[1].path, requests[1].body, requests[1].connection })
    assert.equal("1, 2", requests[1].headers["x-a"])
    assert.equal("abcde", requests[2].body)
    assert.equal(2, requests[3].connection)
    client:close()
  end)

  it("drops connections that it has not accepted when it is reset", function()
    local clients = {}
    for i = 1, 50 do
      clients[i] = connect()
      get(clients[i], "/stale")
    end
    raw:reset()
    raw:play { { raw.response(204) } }
    local client = connect()
    get(client, "/")
    assert.equal("HTTP/1.1 204 Scripted", client:receive "*l")
    local requests = raw:requests(1)
    assert.equal(1, #requests)
    assert.equal("/", requests[1].path)
    client:close()
    for i = 1, 50 do clients[i]:close() end
  end)

  it("waits, drips and stalls, many at once", function()
    raw:play { { times = 20, { sleep = 0.2 }, { drip = { "abc", 0.01 } }, { stall = true } } }
    local clients, started = {}, socket.gettime()
    for i = 1, 20 do
      clients[i] = connect()
      get(clients[i], "/")
    end
    for i = 1, 20 do assert.equal("abc", clients[i]:receive(3)) end
    assert.truthy(socket.gettime() - started < 2)
    clients[1]:settimeout(0.05)
    local _, problem = clients[1]:receive(1)
    assert.equal("timeout", problem)
    for i = 1, 20 do clients[i]:close() end
  end)

  it("ends connections in each way", function()
    raw:play {
      { match = "connect", "early" },
      { "half", { halfclose = true } }, { "whole", { close = true } }, { { reset = true } },
    }
    local half = connect()
    assert.equal("early", half:receive(5))
    get(half, "/")
    assert.equal("half", half:receive "*a")
    half:close()
    for _, expected in ipairs { "whole", "" } do
      local client = connect()
      get(client, "/")
      assert.equal(expected, (client:receive "*a" or ""))
      client:close()
    end
    local connections = raw:connections(3)
    assert.equal("server", connections[2].closed_by)
    assert.truthy(connections[1].closed >= connections[1].opened)
    assert.equal("client", connections[1].closed_by)
  end)

  it("has a URL where no server listens", function()
    local port = tonumber(rawserver.closed_url():match "%d+$")
    assert.is_nil((socket.connect("127.0.0.1", port)))
  end)
end)

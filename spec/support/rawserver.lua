-- A TCP server that sends exactly what its scripts contain, for responses that a real server never
-- sends. It runs in a child process (rawserver_process.lua), which exits with this one.
--
--   local raw = require "spec.support.rawserver".start()
--   raw:play {
--     { raw.response(200, {}, '{"data":[]}') },                             -- answers the first request
--     { match = "GET /x", "HTTP/1.1 200 OK\r\n", { sleep = 0.1 }, { reset = true } },
--   }
--
-- Each request plays the first remaining script that matches it. A script is an array of actions: a
-- string (or {send = bytes}), {sleep = seconds}, {drip = {bytes, interval}} (byte by byte), {flood
-- = {bytes, seconds}} (repeatedly), {file = path} (its content), {listen = true} (waits for bytes
-- from the client and ignores them), {halfclose = true}, {close = true}, {reset = true} (a TCP
-- reset), {stall = true} (sends nothing more). It may have `match` ("GET /path", "GET /path?query",
-- or "connect" for a new connection) and `times` (the number of times it is played; 1 by default,
-- or math.huge). Instead of actions it may have `by`, the path of a Lua file that returns a function
-- from a request to an array of actions; such requests are not recorded.

local socket = require "socket"
local helper_process = require "spec.support.helper_process"
local literal = require "spec.support.literal"

local rawserver = {}

local methods = {}
local class = { __index = methods }

-- A server that does not run until start() is called on it
function rawserver.new()
  return setmetatable({}, class)
end

-- Starts a server: {url = "http://127.0.0.1:PORT", port = PORT}
function rawserver.start()
  return rawserver.new():start()
end

function methods:start()
  self.control = helper_process.start("rawserver_process.lua", "/dev/null")
  self.control:settimeout(10)
  self.port = tonumber(assert(self.control:receive "*l"))
  self.url = "http://127.0.0.1:" .. self.port
  return self
end

local function ask(self, command, value)
  local text = literal.write(value)
  assert(self.control:send(command .. " " .. #text .. "\n" .. text))
  local size = assert(self.control:receive "*l")
  return literal.read(assert(self.control:receive(tonumber(size))))
end

-- Raises for an action that is not in its own table, since it would be ignored
local function check(script)
  for name in pairs(script) do
    if type(name) ~= "number" and name ~= "match" and name ~= "times" and name ~= "by" then
      error(("a script's `%s` must stand in a table of its own"):format(name), 3)
    end
  end
end

-- Adds scripts after the remaining ones
function methods:play(scripts)
  for _, script in ipairs(scripts) do check(script) end
  ask(self, "play", scripts)
  return self
end

local LONGEST_WAIT = 20 -- seconds; a memory checker is slow

local function wait_for(self, command, count)
  local deadline = socket.gettime() + LONGEST_WAIT
  while true do
    local list = ask(self, command)
    if #list >= (count or 0) then return list end
    if socket.gettime() > deadline then
      error(("expected %d %s within %d seconds, got %d"):format(count, command, LONGEST_WAIT, #list), 3)
    end
    socket.sleep(0.01)
  end
end

-- The requests received: an array of {method, path (with its query), head, headers (names in lower
-- case), body, connection (1, 2, …), time}. With a count, waits until there are this many, and raises
-- if they do not come.
function methods:requests(count)
  return wait_for(self, "requests", count)
end

-- The connections, in order: {opened = time, closed = time or nil, closed_by = "client" or
-- "server"}
function methods:connections(count)
  return wait_for(self, "connections", count)
end

-- Drops scripts and requests, and closes all connections
function methods:reset()
  ask(self, "reset")
  return self
end

function methods:stop()
  if self.control then
    pcall(ask, self, "stop")
    self.control:close()
    self.control = nil
  end
end

-- The bytes of a response. `headers` is a table from name to value (false removes a default one, a
-- table repeats it).
function methods.response(status, headers, body)
  body = body or ""
  local all = { ["Content-Type"] = "application/vnd.api+json", ["Content-Length"] = #body }
  for name, value in pairs(headers or {}) do
    for usual in pairs(all) do
      if usual:lower() == name:lower() then all[usual] = nil end
    end
    all[name] = value or nil
  end
  local names = {}
  for name in pairs(all) do names[#names + 1] = name end
  table.sort(names)
  local lines = { "HTTP/1.1 " .. status .. " Scripted" }
  for _, name in ipairs(names) do
    local values = type(all[name]) == "table" and all[name] or { all[name] }
    for _, value in ipairs(values) do lines[#lines + 1] = name .. ": " .. value end
  end
  return table.concat(lines, "\r\n") .. "\r\n\r\n" .. body
end

rawserver.response = methods.response

-- Sockets that are bound but do not listen: the system refuses connections to their ports, and gives the ports to no
-- other process.
local bound = {}

--- Returns a URL at which no server listens, as long as this process runs.
function rawserver.closed_url()
  local holder = assert(socket.tcp())
  assert(holder:bind("127.0.0.1", 0))
  bound[#bound + 1] = holder
  local _, port = holder:getsockname()
  return "http://127.0.0.1:" .. port
end

return rawserver

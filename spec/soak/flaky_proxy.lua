-- A proxy whose connections break: it forwards bytes, and sometimes drops a request, a response or
-- the rest of one. Exits when its control connection is closed.
--   flaky_proxy.lua CONTROL_PORT SERVER_PORT SEED ONE_IN

local socket = require "socket"

local control_port, server_port, seed, one_in = arg[1], arg[2], tonumber(arg[3]), tonumber(arg[4])

local state = seed % 2147483646 + 1
local function random(n) -- from 1 to n, the same on every Lua
  state = state * 16807 % 2147483647
  return state % n + 1
end

local listener = assert(socket.bind("127.0.0.1", 0, 64))
local control = assert(socket.connect("127.0.0.1", tonumber(control_port)))
control:send(select(2, listener:getsockname()) .. "\n")

-- socket to {other = socket, from_client = boolean, left = bytes to forward until the break, or
-- nil}
local peers = {}

local function drop(one)
  local peer = peers[one]
  if not peer then return end
  peers[one], peers[peer.other] = nil, nil
  local client = peer.from_client and one or peer.other
  -- a reset, not a close
  if random(2) == 1 then client:setoption("linger", { on = true, timeout = 0 }) end
  one:close()
  peer.other:close()
end

local function accept()
  local client = listener:accept()
  local server = client and socket.connect("127.0.0.1", tonumber(server_port))
  if not server then return client and client:close() end
  for _, one in ipairs { client, server } do
    one:settimeout(0)
    one:setoption("tcp-nodelay", true)
  end
  peers[client], peers[server] = { other = server, from_client = true }, { other = client }
end

local function send_all(to, bytes)
  to:settimeout(5)
  local sent = to:send(bytes)
  to:settimeout(0)
  return sent
end

-- Decides the fate of a connection at the start of a request
local function tempt_fate(peer)
  if random(one_in) > 1 then return true end
  local fate = random(3)
  if fate == 1 then return false end -- drops the request
  peers[peer.other].left = fate == 2 and 0 or random(2000) -- drops the response or its end
  return true
end

local function forward(one)
  local peer = peers[one]
  if not peer then return end
  local bytes, problem, partial = one:receive(65536)
  bytes = bytes or partial
  if bytes == "" then return problem ~= "timeout" and drop(one) end
  if peer.from_client and not tempt_fate(peer) then return drop(one) end
  local cut = peer.left and #bytes >= peer.left
  if peer.left then
    bytes = bytes:sub(1, peer.left)
    peer.left = peer.left - #bytes
  end
  if bytes ~= "" and not send_all(peer.other, bytes) or cut then drop(one) end
end

while true do
  local reading = { listener, control }
  for one in pairs(peers) do reading[#reading + 1] = one end
  local readable = socket.select(reading)
  for _, one in ipairs(readable) do
    if one == listener then
      accept()
    elseif one == control then
      os.exit(0)
    else
      forward(one)
    end
  end
end

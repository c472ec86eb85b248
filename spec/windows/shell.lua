-- Runs the commands of one Lua state under wine: lua5.4 spec/windows/shell.lua. Prints its port, and
-- serves until its standard input ends. See spec/windows/init.lua.

local socket = require "socket"

local listener = assert(socket.bind("127.0.0.1", 0))
local _, port = listener:getsockname()
print(port)
io.stdout:flush()

while true do
  local client = listener:accept()
  local kind, size = (client:receive "*l" or ""):match "^(%a+) (%d+)$"
  local command = kind and client:receive(tonumber(size))
  if command then
    local path = kind == "capture" and os.tmpname() or ""
    local _, how, code = os.execute(kind == "capture" and ("{ %s\n} >%s"):format(command, path) or command)
    client:send(("%d\n%s\n"):format(how == "exit" and code or 128 + code, path))
  end
  client:close()
end

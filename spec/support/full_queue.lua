-- A server whose connection queue is full, so that it never accepts a connection.
--
--   local server = require "spec.support.full_queue".start()   -- { url = "http://127.0.0.1:PORT" }
--   server.stop()

local socket = require "socket"

local full_queue = {}

-- Fills the queue of a new server
function full_queue.start()
  local listener = assert(socket.bind("127.0.0.1", 0, 0))
  local _, port = listener:getsockname()
  local waiting = {}
  for i = 1, 4 do
    waiting[i] = socket.tcp()
    waiting[i]:settimeout(0)
    waiting[i]:connect("127.0.0.1", port)
  end
  local server = { url = "http://127.0.0.1:" .. port }
  function server.stop()
    for i = 1, 4 do waiting[i]:close() end
    listener:close()
  end
  return server
end

return full_queue

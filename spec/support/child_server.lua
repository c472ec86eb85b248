-- A process that runs Lua files in copies of itself, for child.lua and helper_process.lua. It has
-- loaded luasocket and the libraries of the core, which is most of the time that a new Lua takes for
-- a short script. Each worker of spec/run has one, unless there is a RUNNER.

local literal = require "spec.support.literal"
local socket = require "socket"

local unpack = table.unpack or unpack

local child_server = {}

local process -- the module posix_process, which only systems with a server have

local ADDRESS = "SPEC_CHILD_SERVER" -- the variable with its port
local LONGEST_RUN = 3600 -- seconds of a run of specs, after which no server is left
local LONGEST_CHILD = 120 -- seconds

-- Runs the file of a request in this process, as Lua runs a script
local function run(request)
  for name, value in pairs(request.variables) do process.setenv(name, value or nil) end
  process.reopen(request.output, 1, 2)
  local arguments = request.arguments
  arguments[0] = request.file
  arg = arguments -- luacheck: ignore 121
  return assert(loadfile(request.file))(unpack(arguments))
end

-- Answers the requests of a listener. In the child of one, it returns this request.
local function serve(listener)
  while true do
    local control = assert(listener:accept())
    local line = control:receive "*l"
    if line == "end" then return end
    if line then
      local request = literal.read(line)
      local child = process.fork(request.background and 0 or LONGEST_CHILD)
      if child == 0 then
        listener:close()
        control:close()
        -- the background is a grandchild, so that no one has to wait for it
        if request.background and process.fork(0) > 0 then process.leave() end
        return request
      end
      process.wait(child)
      control:send "done\n"
    end
    control:close()
  end
end

-- Forks. In the new process, which becomes the server, and in its children, this returns a function:
-- what the main chunk is to return. In this process, returns nil; children find the server by the
-- environment.
function child_server.start()
  process = require "posix_process"
  local listener = assert(socket.bind("127.0.0.1", 0))
  local _, port = listener:getsockname()
  if process.fork(LONGEST_RUN) == 0 then
    local request = serve(listener)
    return function() if request then return run(request) end end
  end
  listener:close()
  process.setenv(ADDRESS, tostring(port))
end

local function connect()
  local port = os.getenv(ADDRESS)
  return port and assert(socket.connect("127.0.0.1", tonumber(port)))
end

-- Ends the server.
function child_server.stop()
  local control = connect()
  control:send "end\n"
  control:close()
end

-- Whether there is one, and a child with these variables of the environment need not be a new Lua
function child_server.can_run(variables)
  for name in pairs(variables) do
    if name:find "^LUA_" or name:find "^LD_" then return false end
  end
  return os.getenv(ADDRESS) ~= nil
end

-- Runs a file: {file, arguments, variables, output, background}. The variables are texts, or false for
-- those that are removed; the output is a path. Waits until the child has ended, unless it is for the
-- background.
function child_server.run(request)
  local control = connect()
  assert(control:send(literal.write(request) .. "\n"))
  assert(control:receive "*l" == "done")
  control:close()
end

return child_server

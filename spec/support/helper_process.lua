-- Lua programs of spec/support that serve this process by a control connection, and exit with it.

local child_server = require "spec.support.child_server"
local interpreter = require "spec.support.interpreter"
local socket = require "socket"

local helper_process = {}

local PATIENCE = 10 -- seconds

-- The folder of the programs, which they get as their second argument; it ends with a slash
helper_process.folder = debug.getinfo(1, "S").source:match("^@(.*)helper_process%.lua$")

-- Starts a program of spec/support. Its arguments are the port that it connects to, and the folder.
-- `output`: where both of its outputs go; nil: where those of this process do. Returns the control
-- connection.
function helper_process.start(program, output)
  local listener = assert(socket.bind("127.0.0.1", 0))
  local _, port = listener:getsockname()
  local folder = helper_process.folder
  if output and child_server.can_run {} then
    child_server.run {
      file = folder .. program, arguments = { tostring(port), folder }, variables = {}, output = output,
      background = true,
    }
  else
    os.execute(("'%s' '%s%s' %d '%s' </dev/null %s &"):format(interpreter(), folder, program, port, folder,
      output and (">%s 2>&1"):format(output) or ""))
  end
  listener:settimeout(PATIENCE)
  local control = assert(listener:accept(), program .. " did not start")
  listener:close()
  control:setoption("tcp-nodelay", true)
  return control
end

return helper_process

-- Runs the command harnest, on the Lua that runs the specs, in pipes and in a terminal.
--
--   local command = require "spec.support.command".new { HARNEST_URL = url, HARNEST_TOKEN = token }
--   local result = command:run("list", "contracts", "--limit", "1")    -- {status, stdout, stderr}
--   local result = command:run_in({ pty = 40 }, "list", "contracts")   -- in a terminal of 40 columns
--
-- Each command has an empty folder for its configuration and only the given variables of harnest.

local interpreter = require "spec.support.interpreter"
local socket = require "socket"
local text_file = require "spec.support.text_file"

local command = {}

local methods = {}
local class = { __index = methods }

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

-- Makes a command with these variables. `folder` is its folder, in which `config` writes.
function command.new(variables)
  local folder = os.tmpname()
  os.remove(folder)
  assert(os.execute("mkdir -p " .. quote(folder .. "/harnest")))
  return setmetatable({ variables = variables, folder = folder }, class)
end

-- Removes the folder
function methods:close()
  os.execute("rm -rf " .. quote(self.folder))
end

-- Writes a file into the folder and returns its path
function methods:file(name, text)
  local path = self.folder .. "/" .. name
  text_file.write(path, text)
  return path
end

-- Writes the configuration file, with a mode such as "600"
function methods:config(text, mode)
  local path = self:file("harnest/config.json", text)
  os.execute(("chmod %s %s"):format(mode or "600", quote(path)))
  return path
end

-- The text of a shell command that runs harnest with these arguments. luasocket ignores SIGPIPE in this process, and
-- children inherit that.
function methods:shell(options, ...)
  local words = {
    "env --default-signal=PIPE -u HARNEST_URL -u HARNEST_COMPANY -u HARNEST_TOKEN -u HARNEST_DEBUG",
    "-u HARNEST_CA_FILE -u HARNEST_PROFILE -u HARNEST_CASSETTE -u HARNEST_CASSETTE_MODE",
    "-u COLUMNS -u LINES -u NO_COLOR -u LC_ALL -u LC_CTYPE TERM=xterm LANG=C.UTF-8",
    "HOME=" .. quote(self.folder), "XDG_CONFIG_HOME=" .. quote(self.folder), "XDG_CACHE_HOME=" .. quote(self.folder),
  }
  for _, variables in ipairs { self.variables, options.variables or {} } do
    for name, value in pairs(variables) do words[#words + 1] = name .. "=" .. quote(value) end
  end
  words[#words + 1] = interpreter() .. " bin/harnest"
  for _, argument in ipairs { ... } do words[#words + 1] = quote(argument) end
  return table.concat(words, " ")
end

-- Runs a shell script. Returns {status, stdout, stderr}; a signal has status 128 and its number
-- added.
function methods:run_shell(script)
  local base = self.folder .. "/out"
  os.execute(("{ %s\n} >%s.stdout 2>%s.stderr </dev/null; echo $? >%s.status"):format(script, base, base, base))
  return {
    status = tonumber(text_file.read(base .. ".status")),
    stdout = text_file.read(base .. ".stdout"),
    stderr = text_file.read(base .. ".stderr"),
  }
end

-- Runs the command with options: variables, after (text behind the command, such as ">/dev/full"),
-- before (text before it, such as "true |"), pty (columns; then both outputs are in stdout, unless
-- `after` has "2>FILE"), stty (further settings)
function methods:run_in(options, ...)
  local line = ("%s%s %s"):format(options.before or "", self:shell(options, ...), options.after or "")
  if options.pty then
    line = ("stty cols %d rows 24 -onlcr; %s"):format(options.pty, line)
    line = ("script -qec %s /dev/null"):format(quote(line))
  end
  return self:run_shell(line)
end

function methods:run(...)
  return self:run_in({}, ...)
end

-- Starts the command and returns its process: {pid}. Its outputs are files: `finish` reads them.
function methods:start(options, ...)
  local base = self.folder .. "/started"
  os.execute(("rm -f %s.*"):format(base))
  -- the interpreter takes the place of the shell, so that signals reach it
  local script = ("echo $$ >%s.pid; exec %s >%s.stdout 2>%s.stderr %s"):format(base, self:shell(options, ...), base,
    base, options.after or "")
  os.execute(("{ sh -c %s; echo $? >%s.new; mv %s.new %s.status; } </dev/null >/dev/null 2>&1 &"):format(quote(script),
    base, base, base))
  return base
end

local function wait_for(path)
  local last = socket.gettime() + 10
  while true do
    local text = text_file.read(path) or ""
    if text ~= "" then return text end
    assert(socket.gettime() < last, "no " .. path)
    socket.sleep(0.005)
  end
end

-- Sends a signal, such as "INT", to a started command
function methods.signal(_, base, name)
  os.execute(("kill -%s %d"):format(name, tonumber((wait_for(base .. ".pid")))))
end

-- Waits until a started command has ended. Returns {status, stdout, stderr}.
function methods.finish(_, base)
  return {
    status = tonumber((wait_for(base .. ".status"))),
    stdout = text_file.read(base .. ".stdout"),
    stderr = text_file.read(base .. ".stderr"),
  }
end

return command

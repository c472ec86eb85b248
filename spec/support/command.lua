-- Runs the command harnest, on the Lua that runs the specs, in pipes and in a terminal.
--
--   local command = require "spec.support.command".new { HARNEST_URL = url, HARNEST_TOKEN = token }
--   local result = command:run("list", "contracts", "--limit", "1")    -- {status, stdout, stderr}
--   local result = command:run_in({ pty = 40 }, "list", "contracts")   -- in a terminal of 40 columns
--
-- Each command has an empty folder for its configuration and only the given variables of harnest.
-- Commands without pipes and terminals run one after the other in a process that has loaded the
-- library (command_process.lua), which takes a fifth of the time. Under AddressSanitizer, that process
-- looks for leaks after each command.

local dir = require "pl.dir"
local helper_process = require "spec.support.helper_process"
local interpreter = require "spec.support.interpreter"
local literal = require "spec.support.literal"
local quote = require "spec.support.shell_quote"
local socket = require "socket"
local text_file = require "spec.support.text_file"

local command = {}

local methods = {}
local class = { __index = methods }

-- What a command does not get from the environment of the specs
local REMOVED = {
  "HARNEST_URL", "HARNEST_COMPANY", "HARNEST_TOKEN", "HARNEST_DEBUG", "HARNEST_CA_FILE", "HARNEST_PROFILE",
  "HARNEST_CASSETTE", "HARNEST_CASSETTE_MODE", "COLUMNS", "LINES", "NO_COLOR", "LC_ALL", "LC_CTYPE",
}

-- Makes a command with these variables. `folder` is its folder, in which `config` writes.
function command.new(variables)
  local folder = os.tmpname()
  os.remove(folder)
  assert(dir.makepath(folder .. "/harnest"))
  return setmetatable({ variables = variables, folder = folder }, class)
end

-- Removes the folder
function methods:close()
  dir.rmtree(self.folder)
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

-- The variables of its environment, from name to value
local function environment(self, options)
  local all = {
    TERM = "xterm", LANG = "C.UTF-8", HOME = self.folder, XDG_CONFIG_HOME = self.folder, XDG_CACHE_HOME = self.folder,
  }
  for _, variables in ipairs { self.variables, options.variables or {} } do
    for name, value in pairs(variables) do all[name] = value end
  end
  return all
end

-- The text of a shell command that runs harnest with these arguments. luasocket ignores SIGPIPE in this process, and
-- children inherit that.
function methods:shell(options, ...)
  local words = { "env --default-signal=PIPE -u " .. table.concat(REMOVED, " -u ") }
  for name, value in pairs(environment(self, options)) do words[#words + 1] = name .. "=" .. quote(value) end
  words[#words + 1] = interpreter() .. " bin/harnest"
  for _, argument in ipairs { ... } do words[#words + 1] = quote(argument) end
  return table.concat(words, " ")
end

-- Options of which the parser ends the process
local ENDS_PROCESS = { ["--version"] = true, ["--help"] = true, ["-h"] = true }

local function needs_process(options, ...)
  for _, argument in ipairs { ... } do
    if ENDS_PROCESS[argument] then return true end
  end
  return options.before or options.after or options.pty
end

local control -- the connection to the process of command_process.lua

-- Runs the command in the process for commands
local function run_prepared(self, options, ...)
  control = control or helper_process.start "command_process.lua"
  local out, err = self.folder .. "/out.stdout", self.folder .. "/out.stderr"
  assert(control:send(literal.write {
    arguments = { ... }, removed = REMOVED, variables = environment(self, options), stdout = out, stderr = err,
  } .. "\n"))
  return {
    status = tonumber((assert(control:receive "*l"))),
    stdout = text_file.read(out),
    stderr = text_file.read(err),
  }
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
  if not needs_process(options, ...) then return run_prepared(self, options, ...) end
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
  -- the interpreter takes the place of the shell, so that signals reach it
  local script = ("echo $$ >%s.pid; exec %s >%s.stdout 2>%s.stderr %s"):format(base, self:shell(options, ...), base,
    base, options.after or "")
  local run = ("{ sh -c %s; echo $? >%s.new; mv %s.new %s.status; }"):format(quote(script), base, base, base)
  os.execute(("rm -f %s.*; %s </dev/null >/dev/null 2>&1 &"):format(base, run))
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

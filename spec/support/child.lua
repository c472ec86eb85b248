-- Runs Lua code in a child process, by the same interpreter.

local child_server = require "spec.support.child_server"
local interpreter = require "spec.support.interpreter"
local quote = require "spec.support.shell_quote"
local text_file = require "spec.support.text_file"

local child = {}

-- The variables that run_in removes
local OF_HARNEST = { "HARNEST_URL", "HARNEST_COMPANY", "HARNEST_TOKEN", "HARNEST_DEBUG" }

-- Writes the code into a file, calls run(path), removes the file, and returns what run did
local function with_file(code, run)
  local path = os.tmpname()
  text_file.write(path, code)
  local printed = run(path)
  os.remove(path)
  return printed
end

-- Runs the code in a new Lua, with this text before it in the shell's command
local function run_new(before, code, ...)
  local arguments = { ... }
  return with_file(code, function(path)
    local words = { before, quote(interpreter()), quote(path) }
    for _, argument in ipairs(arguments) do words[#words + 1] = quote(argument) end
    local process = assert(io.popen(table.concat(words, " ") .. " 2>&1"))
    local printed = process:read "*a"
    process:close()
    return printed
  end)
end

-- Runs the code with these variables: texts, or false for those that are removed
local function run(variables, code, ...)
  if not child_server.can_run(variables) then
    local before = { "env" }
    for name, value in pairs(variables) do
      if not value then table.insert(before, 2, "-u " .. name) end
      if value then before[#before + 1] = name .. "=" .. quote(value) end
    end
    return run_new(table.concat(before, " "), code, ...)
  end
  local arguments = { ... }
  return with_file(code, function(path)
    local output = path .. ".out"
    child_server.run { file = path, arguments = arguments, variables = variables, output = output }
    local printed = text_file.read(output)
    os.remove(output)
    return printed
  end)
end

-- Runs the code with these strings as `...`, and returns its output
function child.run(code, ...)
  return run({}, code, ...)
end

-- The same with these variables of the environment
function child.run_with(variables, code, ...)
  return run(variables, code, ...)
end

-- The same with these variables, and without others of harnest
function child.run_in(variables, code)
  local all = {}
  for _, name in ipairs(OF_HARNEST) do all[name] = false end
  for name, value in pairs(variables) do all[name] = value end
  return run(all, code)
end

-- The same in a new Lua with a shared library preloaded, after a memory checker's
function child.run_preloaded(library, code, ...)
  return run_new(("LD_PRELOAD=\"$LD_PRELOAD %s\""):format(library), code, ...)
end

-- The same in a new Lua with at most this many file descriptors
function child.run_limited(descriptors, code, ...)
  return run_new(("ulimit -n %d;"):format(descriptors), code, ...)
end

return child

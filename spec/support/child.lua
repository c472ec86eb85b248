-- Runs Lua code in a child process, by the same interpreter.

local interpreter = require "spec.support.interpreter"
local text_file = require "spec.support.text_file"

local child = {}

local function run(before, code, ...)
  local path = os.tmpname()
  text_file.write(path, code)
  local words = { before, "'" .. interpreter() .. "'", "'" .. path .. "'" }
  for _, argument in ipairs { ... } do
    words[#words + 1] = "'" .. argument:gsub("'", "'\\''") .. "'"
  end
  local process = assert(io.popen(table.concat(words, " ") .. " 2>&1"))
  local printed = process:read "*a"
  process:close()
  os.remove(path)
  return printed
end

-- Runs the code with these strings as `...`, and returns its output
function child.run(code, ...)
  return run("", code, ...)
end

-- The same with a shared library preloaded, after a memory checker's
function child.run_preloaded(library, code, ...)
  return run(("LD_PRELOAD=\"$LD_PRELOAD %s\""):format(library), code, ...)
end

-- The same with these environment variables, and without those of harnest
function child.run_in(variables, code)
  local before = "env -u HARNEST_URL -u HARNEST_COMPANY -u HARNEST_TOKEN -u HARNEST_DEBUG"
  for name, value in pairs(variables) do before = before .. (" %s='%s'"):format(name, value) end
  return run(before, code)
end

-- The same with at most this many file descriptors
function child.run_limited(descriptors, code, ...)
  return run(("ulimit -n %d;"):format(descriptors), code, ...)
end

-- The same with these variables of the environment
function child.run_with(variables, code, ...)
  local before = { "env" }
  for name, value in pairs(variables) do
    before[#before + 1] = ("%s='%s'"):format(name, value:gsub("'", "'\\''"))
  end
  return run(table.concat(before, " "), code, ...)
end

return child

-- Modules below Lua are tested in C (spec/LAYER/NAME_test.c); each line that these tests print is a test here. They
-- contain no Lua and are the same for all Luas, so that one Lua runs them.

if _VERSION ~= "Lua 5.4" then return end

local dir = require "pl.dir"

local build = os.getenv "HARNEST_BUILD" or "build/lua5.4"

-- Runs all C tests. Returns, by the name of the test, the array of lines that it printed, with how it ended ("exit 0")
-- in the field `ending`. Lines of no test have the name ""
local function run_all()
  local outputs, name = { [""] = {} }, ""
  -- a memory checker preloaded for Lua is not for a program that was built with one
  local process = assert(io.popen("env -u LD_PRELOAD " .. build .. "/test/c_tests 2>&1"))
  for line in process:lines() do
    if line:find "^test [%w_]+$" then
      name = line:match "%S+$"
      outputs[name] = {}
    elseif line:find "^exit %d+$" or line:find "^signal %d+$" then
      outputs[name].ending = line
      name = ""
    else
      table.insert(outputs[name], line)
    end
  end
  process:close()
  return outputs
end

local outputs = run_all()

-- Makes the tests of the C test with this name
local function declare(name)
  local output = outputs[name] or {}
  local count, plan, notes, failed = 0, nil, {}, false

  for _, line in ipairs(output) do
    local verdict, check = line:match "^(.-ok) %d*%s*%- (.*)$"
    if verdict then
      count = count + 1
      if failed then notes = {} end
      -- Lines that begin with # say what a failed check got. They precede or follow its line.
      local own_notes = notes
      it(check, function()
        if verdict ~= "ok" then error(table.concat(own_notes, "\n"), 0) end
      end)
      failed = verdict ~= "ok"
    elseif line:find "ERROR" or line:find "runtime error" then
      it("runs clean", function()
        error(line, 0)
      end)
    elseif line:find "^#" then
      notes[#notes + 1] = line
    end
    plan = tonumber(line:match "^1%.%.(%d+)$") or plan
  end

  it("runs to its end", function()
    if not outputs[name] then error("no such test in c_tests\n" .. table.concat(outputs[""], "\n"), 0) end
    assert.equal("exit 0", output.ending)
    assert.is_true(count > 0, "no checks")
    assert.equal(plan, count)
  end)
end

for _, source in ipairs(dir.getallfiles("spec", "*_test.c")) do
  local layer, name = source:match "^spec/(%w+)/([%w_]+)_test%.c$"
  if layer ~= "support" then
    describe(name, function() declare(name) end)
  end
end

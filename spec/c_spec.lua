-- Modules below Lua are tested by C programs (spec/LAYER/NAME_test.c); each line that they print is
-- a test here. The programs contain no Lua and are the same for all Luas, so that one Lua runs them.

if _VERSION ~= "Lua 5.4" then return end

local build = os.getenv "HARNEST_BUILD" or "build/lua5.4"

local sources = assert(io.popen "ls spec/*/*_test.c | grep -v ^spec/support/")
for source in sources:lines() do
  local name = source:match "([%w_]+)_test%.c$"
  describe(name, function()
    -- a memory checker preloaded for Lua is not for a program that was built with one
    local run = assert(io.popen(("env -u LD_PRELOAD %s/test/%s_test 2>&1; echo exit $?"):format(build, name)))
    local count, plan, exit, notes, failed = 0, nil, nil, {}, false

    for line in run:lines() do
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
      exit = line:match "^exit (%d+)$"
    end
    run:close()

    it("runs to its end", function()
      assert.equal("0", exit)
      assert.is_true(count == plan or not plan and count > 50)
    end)
  end)
end
sources:close()

-- Rooms that Lua cannot reach are tested by programs in C (spec/c/*_test.c); each line that they print is a test here.
-- No Lua is in them, and they are the same for each, byte by byte: one Lua runs them.

if _VERSION ~= "Lua 5.4" then return end

local build = os.getenv "HARNEST_BUILD" or "build/lua5.4"

for _, room in ipairs {
  "cache", "engine", "json", "number_format", "paging", "rate_limiter", "redact", "url",
} do
  describe(room, function()
    -- a memory checker preloaded for Lua is not for a program that was built with one
    local run = assert(io.popen(("env -u LD_PRELOAD %s/test/%s_test 2>&1; echo exit $?"):format(build, room)))
    local count, exit = 0, nil

    for line in run:lines() do
      local verdict, name = line:match "^(.-ok) %d*%s*%- (.*)$"
      if verdict then
        count = count + 1
        it(name, function()
          assert.equal("ok", verdict)
        end)
      elseif line:find "ERROR" or line:find "runtime error" then
        it("runs clean", function()
          error(line, 0)
        end)
      end
      exit = line:match "^exit (%d+)$"
    end
    run:close()

    it("runs to its end", function()
      assert.equal("0", exit)
      assert.is_true(count > 50)
    end)
  end)
end

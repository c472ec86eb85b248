-- The url room is C only: its checks are in spec/c/url_test.c, and each of their lines is a test here.

describe("url", function()
  -- a memory checker preloaded for Lua is not for make and cc
  local run = assert(io.popen("env -u LD_PRELOAD make -s url-test 2>&1"))
  local count = 0

  for line in run:lines() do
    local verdict, name = line:match("^(.-ok) %- (.*)$")
    if verdict then
      count = count + 1
      it(name, function() assert.equal("ok", verdict) end)
    elseif line:find "ERROR" or line:find "runtime error" or line:find "Error" then
      it("runs clean", function() error(line, 0) end)
    end
  end
  run:close()

  it("ran", function() assert.is_true(count > 100) end)
end)

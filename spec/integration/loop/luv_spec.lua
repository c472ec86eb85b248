-- The loop luv at the end of a script, and with descriptors that are used again.

local child = require "spec.support.child"
local sandbox = require "spec.support.sandbox"

describe("loop", function()
  it("luv: a script may end without another turn of the loop #process", function()
    local script = [[
      local harnest, uv = require "harnest", require "luv"
      local api = harnest.new { url = "%s", token = "%s", loop = "luv" }
      local list = api:list "contracts"
      local co = coroutine.create(function() assert(list:next()) end)
      assert(coroutine.resume(co))
      while coroutine.status(co) ~= "dead" do uv.run "once" end
      api:close() -- with the next page under way]]
    local sb = sandbox.get()
    local status = os.execute(("%s -e '%s'"):format(os.getenv "LUA" or "lua5.4", script:format(sb.url, sb.token)))
    assert.is_true(status == true or status == 0)
  end)

  it("luv: a script may reuse the descriptor of a freed engine #process", function()
    local sb = sandbox.get()
    assert.equal("one two\n", child.run([[
      local url, token = ...
      local harnest, uv = require "harnest", require "luv"
      local function ask()
        local api = harnest.new { url = url, token = token, dialect = "harnest", loop = "luv" }
        local co = coroutine.create(function() assert(api:get("contracts", 1)) end)
        assert(coroutine.resume(co))
        while coroutine.status(co) ~= "dead" do uv.run "once" end
        return api, api:pollfd()
      end
      local first, number = ask()
      first:close()
      local taken
      repeat taken = assert(uv.fs_open("/dev/null", "r", 0)) until taken == number
      uv.fs_close(taken) -- the lowest free descriptor, which is used next
      local ends, pipe, received = uv.pipe({ nonblock = true }, { nonblock = true }), uv.new_pipe(false), ""
      assert(ends.read == number)
      pipe:open(ends.read)
      pipe:read_start(function(_, text) received = received .. text end)
      local function say(text)
        local expected, waited = received .. text, 0
        uv.fs_write(ends.write, text, -1)
        while received ~= expected and waited < 100 do
          uv.run "nowait"
          uv.sleep(10)
          waited = waited + 1
        end
      end
      say "one"
      local second, other = ask()
      assert(other ~= number)
      say " two"
      print(received)
      second:close()
      pipe:close()
      uv.run "nowait"
      for _ = 1, 3 do -- and watches a reused one again
        local again = ask()
        again:close()
      end]], sb.url, sb.token))
  end)
end)

-- The examples, recorded with the sandbox, and played in every loop where nothing can open a connection.

local dir = require "pl.dir"
local loops = require "spec.support.loops"
local sandbox = require "spec.support.sandbox"
local size = require "spec.support.size"
local text_file = require "spec.support.text_file"

local LUA = os.getenv "LUA" or "lua5.4"
local no_network = os.getenv "HARNEST_BUILD" .. "/no_network.so"

-- `same`: what of the output is the same when it is played: all of it, unless a function says
local examples = {
  { file = "examples/report.lua", slow = true },
  { file = "examples/export_csv.lua", "contracts id title status owner.name", slow = true },
  { file = "examples/resume.lua", "contracts 30 CURSOR" },
  { file = "examples/mirror.lua", "contracts drafts", writes = true, slow = true },
  { file = "examples/demo.lua", same = function(text) return text:match "^(.-)\nthe requests" end },
  { file = "examples/libevent/list.lua", "people", own_loop = true,
    same = function(text) return text:match "^%d+ people listed" end },
}

-- luaevent never frees its base, which memory checkers report
if os.getenv "RUNNER" then table.remove(examples) end

describe("the example", function()
  local sb = sandbox.get()
  local folder

  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    assert(dir.makepath(folder))
  end)
  after_each(function() dir.rmtree(folder) end)

  -- Runs it with these variables, and returns its output and its exit code as text
  local function run(variables, words)
    os.remove(folder .. "/cursor")
    local process = io.popen(("env -u HARNEST_TOKEN -u HARNEST_URL HARNEST_CASSETTE='%s/cassette.json' "
      .. "%s %s %s 2>&1; echo \"exit $?\"")
      :format(folder, variables, LUA, (words:gsub("CURSOR", folder .. "/cursor"))))
    local printed = process:read "*a"
    process:close()
    return printed
  end

  for _, example in ipairs(examples) do
    local same = example.same or function(text) return text end
    local words = example.file .. " " .. (example[1] or "")

    it(example.file .. " needs no server" .. (example.slow and " #slow" or ""), function()
      local live = run(("HARNEST_URL='%s' HARNEST_TOKEN='%s'"):format(sb:copy(), sb.token), words)
      assert.truthy(live:find("exit 0\n$"), live)
      local text = text_file.read(folder .. "/cassette.json")
      assert.truthy(#text > 500)
      assert.is_nil(text:find(sb.token, 1, true))
      local replaying = ("HARNEST_CASSETTE_MODE=replay LD_PRELOAD=\"$LD_PRELOAD %s\""):format(no_network)
      for i = 1, size(1, example.writes and 4 or #loops) do
        local loop = loops[i]
        local played = run(replaying, ("spec/support/run_example.lua '%s' %s"):format(loop.name, words))
        if not example.own_loop or loop.name == "blocking" then
          assert.equal(same(live), same(played), loop.name)
          assert.truthy(played:find "exit 0\n$", played)
        end
      end
    end)
  end

  it("command of harnest needs no server", function()
    local words = "bin/harnest list contracts --filter status=1 --limit 40 -o csv"
    local live = run(("HARNEST_URL='%s' HARNEST_TOKEN='%s'"):format(sb.url, sb.token), words)
    assert.truthy(live:find("exit 0\n$"), live)
    local played = run(("HARNEST_CASSETTE_MODE=replay LD_PRELOAD=\"$LD_PRELOAD %s\""):format(no_network), words)
    assert.equal(live, played)
  end)

  it("is ended by a connection where none may be", function()
    local played = run(("HARNEST_CASSETTE= HARNEST_URL='%s' HARNEST_TOKEN=x LD_PRELOAD=\"$LD_PRELOAD %s\""):format(
      sb.url, no_network), "examples/report.lua")
    assert.truthy(played:find("no_network", 1, true), played)
    assert.truthy(played:find "exit 99\n$", played)
  end)
end)

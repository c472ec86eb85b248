-- harnest repl, in a pipe and in a terminal.

local command = require "spec.support.command"
local sandbox = require "spec.support.sandbox"

local sb = sandbox.get()

describe("harnest repl #process", function()
  local at_sandbox

  setup(function() at_sandbox = command.new { HARNEST_URL = sb.url, HARNEST_TOKEN = sb.token } end)
  teardown(function() at_sandbox:close() end)

  -- What it prints for these lines
  local function run(...)
    local file = at_sandbox:file("input", table.concat({ ... }, "\n") .. "\n")
    return at_sandbox:run_in({ after = "<" .. file }, "repl")
  end

  it("shows values", function()
    local result = run("1 + 1", '"a", nil, null, true', "{ a = { 1 } }", "x = 3", "x")
    assert.same({ status = 0, stderr = "", stdout = '2\na\nnil\nnull\ntrue\n{\n  "a": [\n    1\n  ]\n}\n3\n' }, result)
  end)

  it("shows a resource by its fields and a list as a table", function()
    local query = '{ limit = 2, fields = { contracts = { "title", "archived" } } }'
    local result = run('api:get("people", 1, { fields = { people = { "name" } } })',
      'api:list("contracts", ' .. query .. ")", 'api:all("contracts", ' .. query .. ")",
      'api:list("people", { fields = { people = { "name" } } })', 'api:describe "people"')
    local both = "id  type       archived  title\n1   contracts  false     Contrat de prestation n° é 1\n"
      .. "2   contracts  false     Übernahmevertrag 2\n"
    local expected = "field  value\nid     1\ntype   people\nname   José Núñez\n" .. both .. both
      .. "id  type    name\n"
    assert.equal(expected, result.stdout:sub(1, #expected))
    assert.truthy(result.stdout:find("\n20  people  [^\n]+\nmore than these 20; api:all gives all\n"
      .. "people: 15 on this page\n"), result.stdout)
  end)

  it("reads statements of several lines", function()
    assert.equal("1\n2\n", run("for i = 1, 2 do", "print(i)", "end").stdout)
  end)

  it("goes on after errors", function()
    local result = run('api:get("contracts", "x")', 'error "boom"', "x = = 1", "api:lst()",
      'for _ in api:list "nothing" do end', 'api:list "nothing"', '"still here"')
    assert.equal(0, result.status)
    assert.equal("still here\n", result.stdout)
    local lines = {}
    for line in result.stderr:gmatch "[^\n]+" do lines[#lines + 1] = line end
    assert.equal(6, #lines, result.stderr)
    assert.truthy(lines[1]:find "^harnest: 404 not_found: GET contracts/x")
    assert.truthy(lines[2]:find "boom$")
    assert.truthy(lines[3]:find "unexpected symbol")
    assert.truthy(lines[4]:find "lst")
    assert.truthy(lines[5]:find "no such type: nothing")
    assert.truthy(lines[6]:find "no such type: nothing")
  end)

  -- Starts it in a terminal, and types each text when the output has what is before it
  local function in_terminal(variables, ...)
    local base = at_sandbox.folder .. "/pty"
    local line = at_sandbox:shell({ variables = variables }, "repl")
    local path = at_sandbox:file("script", "stty cols 100 -onlcr; " .. line)
    local steps = { ("rm -f %s.*; mkfifo %s.in"):format(base, base),
      ("script -qec 'sh %s' /dev/null <%s.in >%s.out 2>&1 & pid=$!"):format(path, base, base),
      ("exec 3>%s.in"):format(base) }
    for _, step in ipairs { ... } do
      steps[#steps + 1] = ("i=0; while ! grep -q -- '%s' %s.out && [ $i -lt 500 ]; do i=$((i + 1)); sleep 0.01; done; "
        .. "printf '%s' >&3"):format(step[1], base, step[2])
    end
    steps[#steps + 1] = ("exec 3>&-; wait $pid; status=$?; cat %s.out; (exit $status)"):format(base)
    return at_sandbox:run_shell(table.concat(steps, "\n"))
  end

  local function has_readline()
    return (pcall(require, "readline"))
  end

  it("edits lines by readline, completes names and keeps the history #slow", function()
    if not has_readline() then
      pending "readline is missing"
      return
    end
    -- lua-readline is unloaded before AddressSanitizer looks for leaks, and has one
    local state = { XDG_STATE_HOME = at_sandbox.folder .. "/state",
      ASAN_OPTIONS = "detect_leaks=0:intercept_tls_get_addr=0" }
    local result = in_terminal(state, { "harnest> ", "api:cou\\t\"contracts\")\\r" }, { "2000$", "\\004" })
    assert.equal(0, result.status, result.stdout)
    assert.truthy(result.stdout:find('api:count("contracts")', 1, true), result.stdout)
    local history = state.XDG_STATE_HOME .. "/harnest/history"
    assert.equal('api:count("contracts")\n', at_sandbox:run_shell("cat " .. history).stdout)
    local mode = at_sandbox:run_shell("stat -c %a " .. history).stdout
    assert.equal("600\n", mode)
    local again = in_terminal(state, { "harnest> ", "\\020\\r" }, { "2000$", "\\004" }) -- Ctrl-P: the line before
    assert.equal(0, again.status, again.stdout)
  end)

  it("says so without readline, and works plainly", function()
    local variables = { LUA_INIT = 'package.preload.readline = function() error "none" end' }
    local result = in_terminal(variables, { "harnest> ", "6 * 7\\r" }, { "^42", "\\004" })
    assert.equal(0, result.status, result.stdout)
    assert.truthy(result.stdout:find("without the Lua library readline (Debian: lua-readline)", 1, true), result.stdout)
  end)
end)

-- The command in a terminal: width, colours, progress. `script` of bsdutils makes the terminal.

local command = require "spec.support.command"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"

local sb = sandbox.get()
local response = rawserver.response

local ROWS = '[{"type":"things","id":"1","attributes":{"name":"a long name that takes many cells","note":null}},'
  .. '{"type":"things","id":"2","attributes":{"name":"機密保持契約機密保持契約機密保持契約","note":"x"}}]'

describe("the command in a terminal #process", function()
  local raw, at_raw

  setup(function()
    raw = rawserver.start()
    at_raw = command.new { HARNEST_URL = raw.url, HARNEST_TOKEN = "t" }
  end)
  before_each(function()
    raw:reset():play { { times = math.huge, response(200, {}, '{"data":' .. ROWS .. ',"links":{"next":null}}') } }
  end)
  teardown(function()
    raw:stop()
    at_raw:close()
  end)

  local function run(options, ...)
    options.pty = options.pty or 80
    local result = at_raw:run_in(options, ...)
    assert.equal(0, result.status, result.stdout .. result.stderr)
    return result.stdout
  end

  it("shows tables, with bold names and dim nulls", function()
    assert.equal("\27[1mid\27[0m  \27[1mname\27[0m                                  \27[1mnote\27[0m\n"
      .. "1   a long name that takes many cells     \27[2mnull\27[0m\n"
      .. "2   機密保持契約機密保持契約機密保持契約  x\n", run({}, "list", "things"))
  end)

  it("shows no colours with NO_COLOR, TERM=dumb or --color never #slow", function()
    local plain = "id  name                                  note\n"
      .. "1   a long name that takes many cells     null\n"
      .. "2   機密保持契約機密保持契約機密保持契約  x\n"
    assert.equal(plain, run({ variables = { NO_COLOR = "1" } }, "list", "things"))
    assert.equal(plain, run({ variables = { TERM = "dumb" } }, "list", "things"))
    assert.equal(plain, run({}, "list", "things", "--color", "never"))
    assert.equal(plain, at_raw:run("list", "things", "-o", "table").stdout)
    assert.truthy(run({ variables = { NO_COLOR = "" } }, "list", "things"):find("\27[1m", 1, true))
    assert.truthy(at_raw:run("list", "things", "-o", "table", "--color", "always").stdout:find("\27[1m", 1, true))
  end)

  it("keeps within its width, also where a wide character would be cut", function()
    local never = { "list", "things", "--color", "never" }
    local unpack = table.unpack or unpack -- luacheck: ignore
    assert.equal("id  name        note\n1   a long na…  null\n2   機密保持…   x\n", run({ pty = 20 }, unpack(never)))
    assert.equal("id  name         note\n1   a long nam…  null\n2   機密保持契…  x\n", run({ pty = 21 }, unpack(never)))
    assert.equal("id  name        note\n1   a long na…  null\n2   機密保持…   x\n",
      run({ pty = 80, variables = { COLUMNS = "20" } }, unpack(never)))
    local narrow = at_raw:run_in({ variables = { COLUMNS = "10" } }, "list", "things", "-o", "table")
    assert.equal("id  name\n1   a lon…\n2   機密…\n", narrow.stdout)
    assert.equal("harnest: 1 more columns do not fit: note; --fields chooses columns\n", narrow.stderr)
    assert.equal("id\n1\n2\n", at_raw:run_in({ variables = { COLUMNS = "3" } }, "list", "things", "-o", "table").stdout)
  end)

  it("marks cuts in ASCII if the locale has no UTF-8", function()
    assert.equal("id  name        note\n1   a long na~  null\n2   機密保持~   x\n",
      run({ pty = 20, variables = { LANG = "C" } }, "list", "things", "--color", "never"))
  end)

  it("follows a change of its width in mid-list", function()
    -- the server reads the second page from a FIFO, which is written when the terminal has another width
    local base = at_raw.folder .. "/resized"
    local page_two = at_raw:file("page_two", response(200, {}, '{"data":' .. ROWS:gsub('"id":"', '"id":"1')
      .. ',"links":{"next":null}}'))
    raw:reset():play {
      { match = "GET /things", response(200, {}, '{"data":' .. ROWS .. ',"links":{"next":"/two"}}') },
      { match = "GET /two", { file = base .. ".fifo" } },
    }
    local line = at_raw:shell({}, "list", "things", "--color", "never")
    local path = at_raw:file("script", "stty cols 40 rows 24 -onlcr; tty >" .. base .. ".tty; " .. line)
    local result = at_raw:run_shell(([[mkfifo %s.fifo
      script -qec 'sh %s' /dev/null >%s.out </dev/null 2>&1 & pid=$!
      while ! grep -q '^2 ' %s.out; do sleep 0.01; done
      stty -F $(cat %s.tty) cols 20
      cat %s >%s.fifo
      wait $pid && cat %s.out]]):format(base, path, base, base, base, page_two, base, base))
    assert.equal(0, result.status, result.stderr)
    assert.equal("id  name                            note\n"
      .. "1   a long name that takes many c…  null\n"
      .. "2   機密保持契約機密保持契約機密…   x\n"
      .. "11  a long na…  null\n"
      .. "12  機密保持…   x\n", (result.stdout:gsub("\r[^\n]-\27%[K", "")))
  end)

  it("ends by SIGINT with status 130", function()
    raw:reset():play { { times = math.huge, { stall = true } } }
    local line = at_raw:shell({}, "list", "things")
    os.execute(("rm -f '%s/pid'"):format(at_raw.folder))
    local script = ("sh -c 'echo $$ >%s/pid; exec \"$@\"' sh %s; echo status $?"):format(at_raw.folder, line)
    local path = at_raw:file("script", script)
    local base = at_raw.folder .. "/pty"
    os.execute(("script -qec 'sh %s' /dev/null >%s </dev/null 2>&1 & echo $! >%s.pid"):format(path, base, base))
    raw:requests(1)
    at_raw:run_shell(("kill -INT $(cat %s/pid)"):format(at_raw.folder))
    local result = at_raw:run_shell(("while ! grep -q status %s; do sleep 0.01; done; cat %s"):format(base, base))
    assert.truthy(result.stdout:find("harnest: interrupted\r\nstatus 130", 1, true), result.stdout)
  end)

  describe("shows progress", function()
    local progress = require "harnest.cli.progress"

    it("as numbers with their rate and the time that is left", function()
      assert.equal("1,250 of 2,000, 310/s, 3 s left", progress.text(1250, 2000, 1250 / 310):gsub(" · ", ", "))
      assert.equal("7, 3.5/s", (progress.text(7, nil, 2):gsub(" · ", ", ")))
      assert.equal("12", (progress.text(12, nil, 0.1)))
      assert.equal("1,234,567 of 1,234,567, 100/s", (progress.text(1234567, 1234567, 12345.67):gsub(" · ", ", ")))
      assert.same({ "1 s", "89 s", "2 min", "2 h" }, { progress.seconds(0.2), progress.seconds(89),
        progress.seconds(100), progress.seconds(7000) })
    end)

    it("as what a retry waits for", function()
      assert.equal("rate limited, goes on in 12 s", progress.retry_text { kind = "rate_limited", wait = 11.2 })
      assert.equal("429 rate_limited, goes on in 1 s", (progress.retry_text { reason = "429 rate_limited", wait = 1 }
        :gsub("rate limited", "rate_limited")))
    end)

    for _, words in ipairs { "", "--fields id -o csv", "--fields id", "-o ids", "-o csv" } do
      local tag = words ~= "" and " #slow" or ""
      it("on a terminal after half a second, and removes it: list " .. words .. tag, function()
        local scripts, arguments = {}, {}
        for word in words:gmatch "%S+" do arguments[#arguments + 1] = word end
        for i, path in ipairs { "/things", "/two", "/three" } do
          local following = ({ '"/two"', '"/three"', "null" })[i]
          local body = '{"data":[{"type":"things","id":"%d"}],"meta":{"total":3},"links":{"next":%s}}'
          scripts[i] = { match = "GET " .. path, { sleep = 0.3 }, response(200, {}, body:format(i, following)) }
        end
        raw:reset():play(scripts)
        -- the third page comes after 0.9 s at least
        local text = run({ after = ">/dev/null" }, "list", "things", (table.unpack or unpack)(arguments))
        assert.truthy(text:find "^\r[12] of 3 · %d+%.?%d*/s · %d s left\27%[K", text)
        assert.truthy(text:find "\r\27%[K$", text)
      end)
    end

    local function play_retry()
      raw:reset():play {
        { response(429, { ["Retry-After"] = "1" }, "{}") },
        { times = math.huge, response(200, {}, '{"data":[],"links":{"next":null}}') },
      }
    end

    it("on a terminal while the server refuses, and removes it", function()
      play_retry()
      local text = run({}, "list", "things", "-o", "ids")
      assert.truthy(text:find "^\rrate limited, goes on in [12] s\27%[K\r\27%[K$", text)
    end)

    it("only on a terminal, and not with --no-progress or TERM=dumb #slow", function()
      for _, options in ipairs { { after = "2>" .. at_raw.folder .. "/progress" }, { words = "--no-progress" },
        { variables = { TERM = "dumb" } } } do
        play_retry()
        assert.equal("", run(options, "list", "things", "-o", "ids", options.words))
      end
      local file = assert(io.open(at_raw.folder .. "/progress"))
      assert.equal("", file:read "*a")
      file:close()
    end)
  end)

  it("is quiet about a list of less than half a second", function()
    local at_sandbox = command.new { HARNEST_URL = sb.url, HARNEST_TOKEN = sb.token }
    local result = at_sandbox:run_in({ pty = 80 }, "list", "contracts", "--limit", "3", "-o", "ids")
    at_sandbox:close()
    assert.equal("1\n2\n3\n", result.stdout)
  end)
end)

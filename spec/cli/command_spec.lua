-- The command harnest: exit statuses, streams, signals, profiles. It runs as a program of its own.

local harnest = require "harnest"
local command = require "spec.support.command"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"
local size = require "spec.support.size"

local sb = sandbox.get()
local response = rawserver.response

local NO_PAGE = '"links":{"next":null}'
local ONE = '{"data":[{"type":"things","id":"1","attributes":{"name":"a"}}],' .. NO_PAGE .. "}"

describe("the command #process", function()
  local raw, at_sandbox, at_raw

  setup(function()
    raw = rawserver.start()
    at_sandbox = command.new { HARNEST_URL = sb.url, HARNEST_TOKEN = sb.token }
    at_raw = command.new { HARNEST_URL = raw.url, HARNEST_TOKEN = "s3cret-token" }
  end)
  before_each(function()
    raw:reset()
    os.remove(at_raw.folder .. "/harnest/config.json")
    os.remove(at_sandbox.folder .. "/harnest/config.json")
  end)
  teardown(function()
    raw:stop()
    at_sandbox:close()
    at_raw:close()
  end)

  local function answer(status, body, headers)
    raw:play { { times = math.huge, response(status, headers or {}, body) } }
  end

  describe("exit status", function()
    local function expect(status, result)
      assert.equal(status, result.status, result.stderr)
      if status ~= 0 then
        assert.equal("", result.stdout)
        assert.truthy(result.stderr:find "^harnest: [^\n]+\n$", result.stderr)
      else
        assert.equal("", result.stderr)
      end
    end

    it("is 0 for a success", function()
      answer(200, ONE)
      expect(0, at_raw:run("list", "things"))
    end)

    for kind, case in pairs {
      bad_request = { 400, 1 }, unauthorized = { 401, 4 }, forbidden = { 403, 4 }, not_found = { 404, 3 },
      conflict = { 409, 5 }, changed = { 412, 5 }, invalid = { 422, 6 }, rate_limited = { 429, 7 },
      server_error = { 500, 1 }, unavailable = { 503, 7 },
    } do
      it(("is %d for status %d (%s)"):format(case[2], case[1], kind), function()
        answer(case[1], '{"errors":[{"status":"' .. case[1] .. '","title":"No"}]}')
        local commands = { { "list", "things" }, { "get", "things", "1" } }
        if case[1] == 404 then
          commands = { { "list", "things" }, { "get", "things", "1" }, { "count", "things" }, { "describe", "things" },
            { "related", "things", "1", "owner" }, { "types" } }
        end
        for _, words in ipairs(commands) do
          words[#words + 1] = "--retries=0"
          expect(case[2], at_raw:run((table.unpack or unpack)(words))) -- luacheck: ignore
        end
      end)
    end

    it("is 8 without a server, without TLS and after a timeout", function()
      expect(8, at_raw:run("list", "things", "--url", rawserver.closed_url(), "--retries", "0"))
      expect(8, at_raw:run("list", "things", "--url", sb.bad_tls_url, "--retries", "0"))
      raw:reset():play { { times = math.huge, { stall = true } } }
      expect(8, at_raw:run("list", "things", "--timeout", "0.1", "--retries", "0"))
    end)

    it("is 1 for what is not JSON:API", function()
      answer(200, "<html>", { ["Content-Type"] = "text/html" })
      expect(1, at_raw:run("list", "things"))
    end)

    it("is 2 for wrong arguments, and the message names them", function()
      for message, words in pairs {
        ['unknown command "lst" (did you mean "list"?)'] = { "lst", "things" },
        ["expected a command (harnest help lists all)"] = { "--limit", "3" },
        ["ID: expected the id of a resource, or a path in the place of TYPE, got nothing"] = { "get", "things" },
        ['unknown option "--filtr" (did you mean "--filter"?)'] = { "list", "things", "--filtr", "a=b" },
        ['option --limit: expected a whole number of at least 1, got "x"'] = { "list", "things", "--limit", "x" },
        ["option --limit: expected at most 9007199254740992, got 99999999999999999999"] = { "list", "things", "--limit",
          "99999999999999999999" },
        ["option --output: csv: expected json or ndjson for count"] = { "count", "things", "-o", "csv" },
        ["option --output: ids: expected json, ndjson or raw for request"] = { "request", "GET", "/", "-o", "ids" },
        ["option --output: csv: expected table, json or ndjson for describe"] = { "describe", "things", "-o", "csv" },
        ['option --timeout: expected a number of seconds above 0, got "0"'] = { "list", "things", "--timeout", "0" },
        ['option --filter: expected NAME=VALUE, got "a"'] = { "list", "things", "--filter", "a" },
        ['option --rate: expected REQUESTS/SECONDS, such as 20/1s, got "2"'] = { "list", "things", "--rate", "2" },
        ['option --rate: expected REQUESTS/SECONDS, such as 20/1s, got "5/0s"'] = { "list", "t", "--rate", "5/0s" },
        ['missing argument "type" (see harnest help list)'] = { "list" },
        ["a command is required (see harnest help)"] = {},
        ["option --document: expected with --output json, got --output csv"] = { "list", "a", "--document", "-ocsv" },
        ['option "--sort" requires an argument'] = { "list", "things", "--sort", "--limit", "1" },
        ["option --cursor: invalid cursor"] = { "list", "things", "--cursor", "x" },
        ['option --fields: expected names joined by dots, such as "owner.name", but a name in "" is empty'] = { "list",
          "things", "--fields", "id,,name" },
        ["argument type: expected text that"] = { "list", "" },
        ["option url: "] = { "list", "things", "--url", "::" },
      } do
        local result = at_raw:run((table.unpack or unpack)(words)) -- luacheck: ignore
        expect(2, result)
        assert.truthy(result.stderr:find(message, 1, true), result.stderr)
      end
      assert.equal(0, #raw:requests())
    end)

    it("is 2 if no resource of the first page has a column, and the known ones are named", function()
      local result = at_sandbox:run("list", "contracts", "--fields", "id,titel", "-o", "csv")
      expect(2, result)
      local message = 'unknown column "titel"; did you mean "title"? (known: amount, archived, '
      assert.truthy(result.stderr:find(message, 1, true), result.stderr)
    end)

    it("is an exit status of its own in an error that is JSON", function()
      answer(404, '{"errors":[{"title":"No","detail":"none here"}]}')
      local result = at_raw:run("get", "things", "1", "--error-format", "json")
      local err = harnest.decode(result.stderr)
      assert.equal(3, result.status)
      assert.equal("not_found", err.kind)
      assert.equal(404, err.status)
      assert.equal(3, err.exit_status)
      assert.equal("none here", err.errors[1].detail)
      assert.equal("usage", harnest.decode(at_raw:run("lst", "--error-format=json").stderr).kind)
    end)

    it("of a command has its own options first, with the names of their arguments", function()
      local text = at_raw:run("help", "list").stdout
      assert.matches("^Usage: harnest list %[OPTIONS%] <type>\n", text)
      local own = text:find("\n   --filter NAME=VALUE ", 1, true)
      local others = text:find("\nOptions of all commands:\n", 1, true)
      assert.is_true(own < others)
      assert.is_true(others < text:find("\n   --timeout SECONDS ", 1, true))
      assert.truthy(text:find("default: table on", 1, true))
    end)

    it("is 0 for help, which lists all of them", function()
      for _, words in ipairs { { "help" }, { "--help" }, { "help", "list" }, { "list", "--help" }, { "--version" } } do
        local result = at_raw:run((table.unpack or unpack)(words)) -- luacheck: ignore
        expect(0, result)
      end
      assert.truthy(at_raw:run("help").stdout:find("130 interrupted", 1, true))
    end)
  end)

  describe("words", function()
    it("may begin with - where an argument is due", function()
      answer(200, ONE)
      assert.equal(0, at_raw:run("list", "things", "--sort", "-name").status)
      assert.equal("/things?sort=-name", raw:requests(1)[1].path)
    end)

    it("may be the name of another command's option where an argument is due", function()
      answer(200, ONE)
      assert.equal(0, at_raw:run("list", "things", "--sort", "-d").status)
      assert.equal(0, at_raw:run("-v", "list", "things", "--sort", "-d").status)
      local path = at_raw:config('{"profiles": {"p": {"defaults": {"limit": 5}}}}')
      local result = at_raw:run("list", "things", "--profile", "p", "--sort", "-d")
      assert.equal(0, result.status, result.stderr)
      os.remove(path)
      for _, request in ipairs(raw:requests(3)) do
        assert.truthy(request.path:find("sort=-d", 1, true))
      end
    end)

    it("may stand before the command if they are options, and after -- if they are none", function()
      answer(200, ONE)
      assert.equal("1\n", at_raw:run("-o", "ids", "--retries", "0", "list", "--", "things").stdout)
      assert.equal("1\n", at_raw:run("list", "-o", "ids", "--", "-things").stdout)
      assert.equal("/-things", raw:requests(2)[2].path)
    end)

    it("name a path instead of a type", function()
      answer(200, ONE)
      assert.equal("1\n", at_raw:run("list", "/a/1/things", "-o", "ids").stdout)
      assert.equal("/a/1/things", raw:requests(1)[1].path)
    end)

    it("escape the segments of a path that they make", function()
      answer(200, ONE)
      at_raw:run("related", "a", "1/2?", "things")
      assert.equal("/a/1%2F2%3F/things", raw:requests(1)[1].path)
    end)

    it("make a query", function()
      answer(200, ONE)
      at_raw:run("list", "things", "--filter", "owner.team=legal", "--filter", "a=b=c", "--include", "owner",
        "--page-size", "7", "--param", "x=y")
      local path = raw:requests(1)[1].path
      for _, part in ipairs { "filter%5Bowner%5D%5Bteam%5D=legal", "filter%5Ba%5D=b%3Dc", "include=owner",
        "page%5Bsize%5D=7", "x=y" } do
        assert.truthy(path:find(part, 1, true), path)
      end
    end)
  end)

  describe("standard output", function()
    it("ends quietly, and within a page, if its reader goes", function()
      sb:mark()
      local result = at_sandbox:run_in({ after = "| head -n 1" }, "list", "contracts")
      assert.same({ status = 0, stderr = "" }, { status = result.status, stderr = result.stderr })
      assert.truthy(result.stdout:find '^{.*"id":"1".*}\n$')
      local line = at_sandbox:shell({}, "list", "contracts")
      local status = at_sandbox:run_shell("{ " .. line .. "; echo $? >&2; } | head -n 1")
      assert.equal("0\n", status.stderr)
      assert.truthy(#sb:requests() < 20, "requests: " .. #sb:requests()) -- of 2 × 134
    end)

    it("has the first resource before the second page has arrived", function()
      local formats = {
        { "-o", "ndjson" }, { "-o", "table" }, { "-o", "ids" }, { "-o", "csv" }, { "-o", "csv", "--fields", "id" },
      }
      for i = 1, size(2, #formats) do
        local words = formats[i]
        raw:reset():play {
          { match = "GET /things", response(200, {}, '{"data":[{"type":"things","id":"1"}],"links":{"next":"/two"}}') },
          { match = "GET /two", times = math.huge, { stall = true } },
        }
        local started = at_raw:start({}, "list", "things", (table.unpack or unpack)(words)) -- luacheck: ignore
        raw:requests(2)
        at_raw:signal(started, "KILL")
        local result = at_raw:finish(started)
        assert.truthy(result.stdout:find("1[\r\n\",}]"), words[2] .. ": " .. result.stdout)
      end
    end)

    it("is an error if it is full or closed", function()
      answer(200, ONE)
      local full = at_raw:run_in({ after = ">/dev/full" }, "list", "things")
      assert.equal(1, full.status)
      assert.equal("harnest: cannot write the output: No space left on device\n", full.stderr)
      local closed = at_raw:run_in({ after = ">&-" }, "list", "things")
      assert.equal(1, closed.status)
      assert.truthy(closed.stderr:find "^harnest: cannot write the output: [^\n]+\n$", closed.stderr)
    end)

    it("is complete if standard error or input is closed", function()
      answer(200, ONE)
      local result = at_raw:run_in({ after = "2>&- <&-" }, "list", "things", "-o", "ids", "-v")
      assert.same({ status = 0, stdout = "1\n", stderr = "" }, result)
    end)

    it("has whole lines before a failure", function()
      for _, name in ipairs { "ndjson", "json", "csv", "tsv", "ids", "table" } do
        raw:reset():play {
          { match = "GET /things", response(200, {}, '{"data":[{"type":"things","id":"1"},{"type":"things","id":"2"}],'
            .. '"links":{"next":"/two"}}') },
          { match = "GET /two", times = math.huge, response(500, {}, "{}") },
        }
        local result = at_raw:run("list", "things", "-o", name)
        assert.equal(1, result.status)
        assert.truthy(result.stdout:find "1.*\n$", name .. ": " .. result.stdout)
      end
    end)
  end)

  describe("standard input", function()
    it("is not read", function()
      answer(200, ONE)
      for _, before in ipairs { "yes | ", "sleep 60 | ", "" } do
        -- the command does not wait for what is before it; `sleep` then ends by the shell's exit
        local started = at_raw:shell({}, "list", "things", "-o", "ids")
        local result = at_raw:run_shell(before == "sleep 60 | "
          and ("mkfifo %s/never; exec 3<>%s/never; %s <&3"):format(at_raw.folder, at_raw.folder, started)
          or before .. started)
        assert.same({ 0, "1\n" }, { result.status, result.stdout })
      end
    end)
  end)

  describe("a signal", function()
    before_each(function()
      raw:play {
        { match = "GET /things", response(200, {}, '{"data":[{"type":"things","id":"1"}],"links":{"next":"/two"}}') },
        { times = math.huge, { stall = true } },
      }
    end)

    it("SIGINT ends it at once, with status 130 and what was written", function()
      local started = at_raw:start({}, "list", "things", "-o", "ids")
      raw:requests(2)
      at_raw:signal(started, "INT")
      assert.same({ status = 130, stdout = "1\n", stderr = "harnest: interrupted\n" }, at_raw:finish(started))
    end)

    it("SIGTERM ends it with whole lines", function()
      local started = at_raw:start({}, "list", "things", "-o", "ids")
      raw:requests(2)
      at_raw:signal(started, "TERM")
      local result = at_raw:finish(started)
      assert.equal(143, result.status)
      assert.equal("1\n", result.stdout)
    end)
  end)

  describe("the token", function()
    local function config(profile)
      return harnest.encode { default = "raw", profiles = { raw = profile } }
    end

    it("is in no output at any verbosity, nor in the process list", function()
      for _, verbosity in ipairs { "--retries=1", "-v", "-vv", "-vvv" } do
        raw:reset()
        answer(401, '{"errors":[{"detail":"not valid: s3cret-token"}]}', { ["X-Echo"] = "s3cret-token" })
        local result = at_raw:run("list", "things", verbosity)
        assert.equal(4, result.status)
        assert.falsy((result.stdout .. result.stderr):find("s3cret", 1, true), result.stderr)
        assert.equal("Bearer s3cret-token", raw:requests(1)[1].headers.authorization)
      end
      assert.falsy(at_raw:run("status").stdout:find("s3cret", 1, true))
      raw:reset():play { { times = math.huge, { stall = true } } }
      at_raw:config(config { url = raw.url, token = "s3cret-token" })
      local started = at_raw:start({ variables = { HARNEST_URL = "", HARNEST_PROFILE = "raw" } }, "list", "things")
      raw:requests(1)
      local words = at_raw:run_shell(("tr '\\0' ' ' </proc/$(cat %s.pid)/cmdline"):format(started)).stdout
      at_raw:signal(started, "KILL")
      at_raw:finish(started)
      assert.truthy(words:find("bin/harnest list things", 1, true), words)
      assert.falsy(words:find("s3cret", 1, true))
    end)

    it("makes a configuration file that others may read an error", function()
      answer(200, ONE)
      for _, member in ipairs { "token", "authorization" } do
        at_raw:config(config { url = raw.url, [member] = "Basic s3cret" }, "644")
        local result = at_raw:run("list", "things", "--profile", "raw")
        assert.equal(2, result.status)
        local message = 'others may read it, and profile "raw" has a secret in it (' .. member
        assert.truthy(result.stderr:find(message, 1, true), result.stderr)
        assert.falsy(result.stderr:find("s3cret", 1, true))
      end
      at_raw:config(config { url = raw.url, headers = { a = "b" } }, "640")
      assert.equal(2, at_raw:run("list", "things", "--profile", "raw").status)
      assert.equal(0, #raw:requests())
      at_raw:config(config { url = raw.url, token = "from-file" }, "600")
      assert.equal(0, at_raw:run("list", "things", "--profile", "raw").status)
      assert.equal("Bearer from-file", raw:requests(1)[1].headers.authorization)
    end)

    it("comes from token_command, which runs when it is needed and again after a 401", function()
      local count = at_raw.folder .. "/count"
      at_raw:config(config { url = raw.url, token_command = ("echo x >>%s; echo t$(wc -l <%s); echo more"):format(count,
        count) }, "644")
      local function runs()
        local file = io.open(count)
        local text = file and file:read "*a" or ""
        if file then file:close() end
        return #text / 2
      end
      local status = at_raw:run("status", "--profile", "raw")
      assert.truthy(status.stdout:find("token_command", 1, true), status.stderr)
      assert.equal(0, runs())
      raw:play { { response(401, {}, "{}") }, { times = math.huge, response(200, {}, ONE) } }
      assert.equal(0, at_raw:run("list", "things", "--profile", "raw").status)
      assert.equal(2, runs())
      local requests = raw:requests(2)
      assert.equal("Bearer t1", requests[1].headers.authorization)
      assert.equal("Bearer t2", requests[2].headers.authorization)
    end)

    it("is an error of status 4 if token_command fails or prints nothing", function()
      for text, message in pairs { ["exit 3 # s3cret"] = "token_command failed with status 3",
        ["true"] = "token_command printed no token" } do
        at_raw:config(config { url = raw.url, token_command = text })
        local result = at_raw:run("list", "things", "--profile", "raw")
        assert.equal(4, result.status)
        assert.truthy(result.stderr:find(message, 1, true), result.stderr)
        assert.falsy(result.stderr:find("s3cret", 1, true))
      end
    end)

    it("of token_command does not come from standard input", function()
      answer(200, ONE)
      at_raw:config(config { url = raw.url, token_command = "cat; echo fixed" })
      at_raw:run_in({ before = "echo typed | " }, "list", "things", "--profile", "raw")
      assert.equal("Bearer fixed", raw:requests(1)[1].headers.authorization)
    end)

    it("comes from token_file", function()
      answer(200, ONE)
      at_raw:config(config { url = raw.url, token_file = at_raw:file("token", "from-token-file\nsecond\n") })
      assert.equal(0, at_raw:run("list", "things", "--profile", "raw").status)
      assert.equal("Bearer from-token-file", raw:requests(1)[1].headers.authorization)
      at_raw:config(config { url = raw.url, token_file = at_raw.folder .. "/none" })
      assert.equal(4, at_raw:run("list", "things", "--profile", "raw").status)
    end)

    it("of a default profile goes to no server that the options or the environment name", function()
      answer(200, ONE)
      at_raw:config(config { url = "http://127.0.0.1:1", token = "other" })
      at_raw:run("list", "things")
      at_raw:run_in({ variables = { HARNEST_URL = "" } }, "list", "things", "--url", raw.url)
      for _, request in ipairs(raw:requests(2)) do
        assert.equal("Bearer s3cret-token", request.headers.authorization)
      end
    end)
  end)

  describe("a profile", function()
    it("is the default if nothing names a server, and may be chosen", function()
      answer(200, ONE)
      at_raw:config(harnest.encode { default = "one", profiles = { one = { url = raw.url .. "/one" },
        two = { url = raw.url .. "/two", headers = { ["X-Two"] = "yes" } } } })
      local without = command.new { HARNEST_TOKEN = "t" }
      without.folder = at_raw.folder
      local empty = { HARNEST_URL = "", HARNEST_PROFILE = "" } -- as if they were not set
      assert.equal(0, without:run_in({ variables = empty }, "list", "things").status)
      assert.equal(0, without:run("list", "things", "--profile", "two").status)
      assert.equal(0, without:run_in({ variables = { HARNEST_PROFILE = "two" } }, "list", "things").status)
      local requests = raw:requests(3)
      assert.equal("/one/things", requests[1].path)
      assert.equal("/two/things", requests[2].path)
      assert.equal("yes", requests[2].headers["x-two"])
      assert.equal("/two/things", requests[3].path)
    end)

    it("has defaults for options, which the command line overrides", function()
      answer(200, ONE)
      at_raw:config(harnest.encode { profiles = { raw = { url = raw.url,
        defaults = { output = "csv", ["page-size"] = 9, exact = false, filter = { "a=1" } } } } })
      assert.equal("id,name\r\n1,a\r\n", at_raw:run("list", "things", "--profile", "raw").stdout)
      assert.equal("1\n", at_raw:run("list", "things", "-o", "ids", "--profile", "raw").stdout)
      assert.equal(0, at_raw:run("--profile", "raw", "status").status) -- which has no --page-size
      -- a description and a document have no such format
      assert.truthy(at_raw:run("describe", "things", "--profile", "raw").stdout:find "^{")
      assert.truthy(at_raw:run("list", "things", "--document", "--profile", "raw").stdout:find "^{")
      local file = at_raw.folder .. "/things.json" -- whose ending says the format
      assert.equal(0, at_raw:run("export", "things", file, "--profile", "raw").status)
      assert.truthy(io.open(file):read "*a":find "^%[")
      assert.truthy(raw:requests(1)[1].path:find("page%5Bsize%5D=9", 1, true))
      assert.truthy(raw:requests(1)[1].path:find("filter%5Ba%5D=1", 1, true))
      at_raw:config '{"profiles":{"raw":{"url":"http://127.0.0.1:1","defaults":{"outptu":"csv"}}}}'
      local result = at_raw:run("list", "things", "--profile", "raw")
      assert.equal(2, result.status)
      local message = 'default "outptu": unknown option (did you mean "--output"?)'
      assert.truthy(result.stderr:find(message, 1, true), result.stderr)
    end)

    it("is a usage error if it is unknown or malformed", function()
      for text, message in pairs {
        ['{"profiles":{"live":{}}}'] = 'no profile "raw"',
        ['{"profiles":{"rwa":{}}}'] = 'did you mean "rwa"?',
        ['{"profiles":{"raw":{"tokn":"a"}}}'] = 'unknown member "tokn" (did you mean "token"?)',
        ['{"profiles":{"raw":{"url":1}}}'] = "profiles.raw.url: expected a string, got number",
        ['{"profiles":[]}'] = 'no profile "raw"',
        ["{"] = "expected a JSON object",
      } do
        at_raw:config(text)
        local result = at_raw:run("list", "things", "--profile", "raw")
        assert.equal(2, result.status)
        assert.truthy(result.stderr:find(message, 1, true), text .. result.stderr)
      end
    end)
  end)
end)

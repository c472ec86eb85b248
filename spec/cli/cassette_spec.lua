-- The command with --cassette: it records against a server, and plays without one.

local harnest = require "harnest"
local command = require "spec.support.command"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"
local text_file = require "spec.support.text_file"

local sb = sandbox.get()
local response = rawserver.response
local unpack = table.unpack or unpack -- luacheck: ignore

local NO_PAGE = '"links":{"next":null}'
local ONE = '{"data":[{"type":"things","id":"1","attributes":{"name":"a"}}],' .. NO_PAGE .. "}"

local function sorted_lines(text)
  local lines = text_file.lines(text)
  table.sort(lines)
  return lines
end

describe("the command with a cassette #process", function()
  local nowhere -- no server, no token

  setup(function() nowhere = command.new {} end)
  teardown(function() nowhere:close() end)

  local function path(name)
    return nowhere.folder .. "/" .. name
  end

  -- Expects a usage error with a text
  local function is_wrong(text, result)
    assert.same({ 2, "" }, { result.status, result.stdout })
    assert.truthy(result.stderr:find(text, 1, true), result.stderr)
    assert.truthy(result.stderr:find "^harnest: [^\n]+\n$", result.stderr)
  end

  -- Expects a success without a word on standard error, and returns the output
  local function done(result)
    assert.same({ 0, "" }, { result.status, result.stderr })
    return result.stdout
  end

  describe("recorded from a server that is not asked then", function()
    local recorded = {} -- name of a cassette -> what the command wrote as it recorded
    local server

    -- The commands, each with the name of its cassette before it
    local commands = {
      { "list", "list", "contracts", "--limit", "120", "-o", "csv" },
      { "pages", "list", "contracts", "--page-size", "15", "--limit", "60", "--concurrency", "4", "--fields",
        "id,title" },
      { "filtered", "list", "contracts", "--filter", "status=1", "--sort", "title", "--limit", "5", "-o", "json" },
      { "ids", "list", "people", "-o", "ids" },
      { "related", "related", "contracts", "1", "signers", "-o", "tsv" },
      { "get", "get", "contracts", "1" },
      { "document", "get", "contracts", "1", "--include", "owner", "--document" },
      { "count", "count", "contracts" },
      { "describe", "describe", "contracts", "-o", "json" },
      { "create", "create", "drafts", "title=Lease", "amount:=12.5", "-r", "owner=people/3" },
      { "update", "update", "drafts", "1", "title=Other" },
      { "request", "request", "GET", "/contracts/2" },
      { "repeated", "get", "contracts", "2", "-o", "table" },
    }

    setup(function()
      server = sb:copy()
      local live = command.new { HARNEST_URL = server, HARNEST_TOKEN = sb.token }
      for _, words in ipairs(commands) do
        local variables = { HARNEST_CASSETTE = path(words[1] .. ".json") }
        recorded[words[1]] = done(live:run_in({ variables = variables }, unpack(words, 2)))
      end
      done(live:run("export", "contracts", path "first.csv", "--page-size", "500", "--cassette", path "export.json"))
      local lines = {}
      for i = 1, 6 do lines[i] = ('{"title":"draft %d"}\n'):format(i) end
      local file = nowhere:file("drafts.ndjson", table.concat(lines))
      recorded.import = done(live:run("import", "drafts", file, "--concurrency", "3", "--cassette", path "import.json"))
      file = nowhere:file("people.csv", "id,name\n1,Ada\n")
      recorded.plan = live:run("sync", "people", file, "--filter", "name=Jo", "--dry-run", "--cassette",
        path "plan.json")
      recorded.sync = live:run("sync", "people", file, "--cassette", path "sync.json")
      live:run_in({ after = "| head -1 >" .. path "head" }, "list", "contracts", "--cassette", path "head.json")
      live:close()
      sb:mark()
    end)
    after_each(function() assert.equal(0, #sb:requests()) end)

    for _, words in ipairs(commands) do
      local name = words[1]
      it("plays " .. table.concat(words, " ", 2), function()
        assert.is_true(#recorded[name] > 0)
        for _, mode in ipairs { "once", "replay" } do
          local variables = { HARNEST_CASSETTE = path(name .. ".json"), HARNEST_CASSETTE_MODE = mode }
          assert.equal(recorded[name], done(nowhere:run_in({ variables = variables }, unpack(words, 2))))
        end
      end)
    end

    it("plays an export", function()
      local words = { "export", "contracts", path "second.csv", "--page-size", "500", "--cassette", path "export.json",
        "--cassette-mode", "replay" }
      done(nowhere:run(unpack(words)))
      local text = text_file.read(path "second.csv")
      assert.is_true(#text > 100000)
      assert.equal(text_file.read(path "first.csv"), text)
      assert.is_nil(text_file.read(path "second.csv.checkpoint"))
    end)

    it("plays an import", function()
      local output = done(nowhere:run("import", "drafts", path "drafts.ndjson", "--concurrency", "3", "--cassette",
        path "import.json"))
      assert.equal(6, #sorted_lines(output))
      assert.same(sorted_lines(recorded.import), sorted_lines(output))
    end)

    it("plays a sync, and the plan of one", function()
      assert.equal(0, recorded.sync.status, recorded.sync.stderr)
      assert.truthy(recorded.sync.stdout:find('"result":"updated"', 1, true), recorded.sync.stdout)
      assert.same(recorded.sync, nowhere:run("sync", "people", path "people.csv", "--cassette", path "sync.json"))
      assert.truthy(recorded.plan.stdout:find("PATCH " .. server .. "/people/1", 1, true), recorded.plan.stdout)
      assert.same(recorded.plan, nowhere:run_in({ variables = { HARNEST_TOKEN = "any" } }, "sync", "people",
        path "people.csv", "--filter", "name=Jo", "--dry-run", "--cassette", path "plan.json"))
    end)

    it("is written if the reader of a pipe has ended", function()
      assert.equal(1, #text_file.lines(text_file.read(path "head")))
      local limit = { "list", "contracts", "--limit", "1", "--cassette", path "head.json" }
      assert.equal(text_file.read(path "head"), nowhere:run(unpack(limit)).stdout)
    end)

    it("has the token in no file", function()
      local names = { "export", "import", "plan", "sync", "head" }
      for _, words in ipairs(commands) do names[#names + 1] = words[1] end
      for _, name in ipairs(names) do
        local text = text_file.read(path(name .. ".json"))
        assert.truthy(text:find('"interactions"', 1, true), name)
        assert.falsy(text:find(sb.token, 1, true), name)
      end
    end)

    it("stands for another server than the options name", function()
      local url = rawserver.closed_url()
      local output = done(nowhere:run("get", "contracts", "1", "--cassette", path "get.json", "--url", url))
      local at = recorded.get:find(server, 1, true)
      assert.equal(recorded.get:sub(1, at - 1) .. url .. recorded.get:sub(at + #server), output)
    end)

    it("is named by status, which plays nothing", function()
      local function status(...)
        return harnest.decode(done(nowhere:run("status", "-o", "json", ...)))[1]
      end
      local facts = status("--cassette", path "get.json")
      assert.equal(path "get.json" .. " (replay)", facts.cassette)
      assert.equal(server, facts.server)
      assert.equal("none", facts.token)
      assert.equal(path "none.json" .. " (record)", status("--url", server, "--cassette", path "none.json").cassette)
      assert.equal("none", status("--url", server).cassette)
      assert.is_nil(text_file.read(path "none.json"))
    end)

    it("is the default that a profile names, and its token_command is not run", function()
      local mark = path "was-run"
      nowhere:config(harnest.encode { default = "test", profiles = { test = { url = server,
        token_command = "touch " .. mark .. "; echo x", defaults = { cassette = path "get.json" } } } })
      local output = done(nowhere:run("get", "contracts", "1"))
      os.remove(path "harnest/config.json")
      assert.equal(recorded.get, output)
      assert.is_nil(text_file.read(mark))
    end)

    it("refuses another request with status 1, and names the nearest one", function()
      local result = nowhere:run("get", "contracts", "7", "--cassette", path "get.json")
      assert.same({ 1, "" }, { result.status, result.stdout })
      local unused, message = result.stderr:match "^(harnest: [^\n]+)\n(harnest: [^\n]+)\n$"
      assert.truthy(unused:find("1 interaction was not used: interactions[0], GET contracts/1", 1, true), unused)
      assert.truthy(message:find("^harnest: refused: GET contracts/7: "), message)
      assert.truthy(message:find("nearest is interactions[0], GET contracts/1", 1, true), message)
      result = nowhere:run("create", "drafts", "title=Leese", "amount:=12.5", "-r", "owner=people/3", "--cassette",
        path "create.json", "--error-format", "json")
      local err = harnest.decode(result.stderr:match "({.*})\n$")
      assert.same({ 1, 1, "refused", false }, { result.status, err.exit_status, err.kind, err.outcome_unknown })
    end)

    it("shows requests by --dry-run and --curl, and sends none", function()
      local result = nowhere:run("get", "contracts", "1", "--dry-run", "--cassette", path "get.json")
      assert.equal(0, result.status, result.stderr)
      assert.truthy(result.stdout:find("GET " .. server .. "/contracts/1\n", 1, true), result.stdout)
      result = nowhere:run("get", "contracts", "1", "--curl", "--url", server, "--cassette", path "dry.json")
      assert.truthy(result.stdout:find("curl --globoff " .. server, 1, true), result.stdout)
      assert.is_nil(text_file.read(path "dry.json"))
    end)
  end)

  describe("used wrongly", function()
    it("names the nearest word", function()
      is_wrong('option --cassette-mode: expected once, replay, record or check, got "recrod"; did you mean "record"?',
        nowhere:run("list", "things", "--cassette", "x.json", "--cassette-mode", "recrod"))
      is_wrong('option --cassette-mode: expected once, replay, record or check, got "all"',
        nowhere:run("list", "things", "--cassette", "x.json", "--cassette-mode=all"))
      is_wrong('variable HARNEST_CASSETTE_MODE: expected once, replay, record or check, got "chekc"; did you mean '
        .. '"check"?', nowhere:run_in({ variables = { HARNEST_CASSETTE_MODE = "chekc" } }, "list", "things",
        "--cassette", "x.json"))
      is_wrong('unknown option "--casette" (did you mean "--cassette"?)',
        nowhere:run("list", "things", "--casette", "x"))
      is_wrong('option -o: expected table, json, ndjson, csv, tsv, ids or raw, got "jsno"; did you mean "json"?',
        nowhere:run("list", "things", "-ojsno"))
    end)

    it("has a mode and no file", function()
      is_wrong("option --cassette-mode: expected with --cassette or the variable HARNEST_CASSETTE, got neither",
        nowhere:run("list", "things", "--url", "http://127.0.0.1", "--cassette-mode", "once"))
      is_wrong("option --cassette: expected the path of a file, got an empty text",
        nowhere:run("list", "things", "--url", "http://127.0.0.1", "--cassette", ""))
    end)

    it("has a file that is missing or damaged", function()
      for _, mode in ipairs { "replay", "check" } do
        is_wrong(("cassette: %s: No such file or directory"):format(path "missing.json"),
          nowhere:run("list", "things", "--cassette", path "missing.json", "--cassette-mode", mode))
      end
      is_wrong("the file of the cassette does not exist, so a server is needed to record it",
        nowhere:run("list", "things", "--cassette", path "missing.json"))
      local damaged = nowhere:file("damaged.json", '{"harnest_cassette": 1,\n  "interactions": [7]}\n')
      is_wrong(("cassette: %s:2:20: interactions[0]: expected an object"):format(damaged),
        nowhere:run("list", "things", "--cassette", damaged))
      local result = nowhere:run("list", "things", "--cassette", damaged, "--error-format", "json")
      assert.equal("usage", harnest.decode(result.stderr).kind)
    end)
  end)

  describe("that fails", function()
    local raw, here

    setup(function()
      raw = rawserver.start()
      here = command.new { HARNEST_URL = raw.url, HARNEST_TOKEN = "s3cret-token" }
    end)
    before_each(function()
      raw:reset()
      os.remove(path "a.json")
    end)
    teardown(function()
      raw:stop()
      here:close()
    end)

    -- Plays responses: {status, body, headers}, or a body alone
    local function answer(...)
      local scripts = {}
      for i, given in ipairs { ... } do
        local status, body, headers = 200, given, {}
        if type(given) == "table" then status, body, headers = given[1], given[2], given[3] or {} end
        scripts[i] = { response(status, headers, body) }
      end
      raw:play(scripts)
    end

    -- Runs a list that records
    local function record(...)
      return here:run("list", "things", "--retries", "0", "--cassette", path "a.json", ...)
    end

    local function played(...)
      return nowhere:run("list", "things", "--retries", "0", "--cassette", path "a.json", ...)
    end

    it("records an answer that is an error, without the token that it has", function()
      for status, expected in pairs { [400] = 1, [401] = 4, [404] = 3, [422] = 6, [500] = 1, [503] = 7 } do
        os.remove(path "a.json")
        raw:reset()
        answer { status, '{"errors":[{"detail":"not for s3cret-token"}]}' }
        local result = record()
        assert.equal(expected, result.status)
        assert.falsy(text_file.read(path "a.json"):find("s3cret", 1, true))
        assert.same(result, played())
      end
    end)

    it("records what a wrong column came from", function()
      answer(ONE, ONE)
      local result = record("--fields", "nam")
      is_wrong('option --fields: unknown column "nam"; did you mean "name"?', result)
      assert.same(result, played("--fields", "nam"))
    end)

    it("writes nothing if it sent nothing", function()
      is_wrong("option --filter: expected NAME=VALUE", record("--filter", "a"))
      is_wrong("option --cursor: invalid cursor", record("--cursor", "x"))
      assert.is_nil(text_file.read(path "a.json"))
      assert.equal(0, #raw:requests())
    end)

    it("keeps a file as it was if a new recording fails so", function()
      answer(ONE)
      done(record("--cassette-mode", "record"))
      local before = text_file.read(path "a.json")
      assert.equal(2, record("--cassette-mode", "record", "--filter", "a").status)
      assert.equal(before, text_file.read(path "a.json"))
    end)

    it("records a server that did not answer if it shall, and not once", function()
      raw:play { { times = 9, { reset = true } } }
      assert.equal(8, record().status)
      assert.is_nil(text_file.read(path "a.json"))
      local result = record("--cassette-mode", "record")
      assert.equal(8, result.status)
      assert.same(result, played())
      os.remove(path "a.json")
      assert.equal(9, here:run("create", "things", "name=a", "--cassette", path "a.json").status)
      assert.is_nil(text_file.read(path "a.json"))
    end)

    it("writes nothing after a signal", function()
      for signal, status in pairs { INT = 130, TERM = 143 } do
        raw:reset():play {
          { match = "GET /things", response(200, {}, '{"data":[{"type":"things","id":"1"}],"links":{"next":"/two"}}') },
          { times = math.huge, { stall = true } },
        }
        local started = here:start({}, "list", "things", "-o", "ids", "--cassette", path "a.json", "--cassette-mode",
          "record")
        raw:requests(2)
        here:signal(started, signal)
        assert.equal(status, here:finish(started).status)
        assert.is_nil(text_file.read(path "a.json"))
        local listed = io.popen("ls '" .. path "a.json" .. "'.*.new 2>/dev/null")
        assert.equal("", listed:read "*a")
        listed:close()
      end
    end)

    it("writes nothing if its output cannot be written", function()
      answer(ONE)
      local result = here:run_in({ after = ">/dev/full" }, "list", "things", "--cassette", path "a.json")
      assert.equal(1, result.status)
      assert.is_nil(text_file.read(path "a.json"))
    end)

    it("has status 1 if the file cannot be written", function()
      answer(ONE)
      local result = here:run("list", "things", "-o", "ids", "--cassette", "/proc/harnest/a.json")
      assert.same({ 1, "1\n" }, { result.status, result.stdout })
      local message = "^harnest: cannot write the cassette /proc/harnest/a.json: [^\n]+\n$"
      assert.truthy(result.stderr:find(message), result.stderr)
    end)

    it("plays a retry without its wait", function()
      answer({ 503, "{}", { ["Retry-After"] = "1" } }, ONE)
      local output = done(here:run("list", "things", "--cassette", path "a.json"))
      local result = nowhere:run("list", "things", "--cassette", path "a.json", "-v")
      assert.same({ 0, output }, { result.status, result.stdout })
      assert.truthy(result.stderr:find("response 503", 1, true), result.stderr)
    end)

    describe("in the mode check", function()
      local function check(...)
        return here:run("list", "things", "-o", "ids", "--cassette", path "a.json", "--cassette-mode", "check", ...)
      end

      before_each(function()
        answer(ONE)
        done(record())
      end)

      it("has status 0 if other values have the same shape", function()
        answer((ONE:gsub('"1"', '"2"')))
        assert.equal("2\n", done(check()))
      end)

      it("has status 1 and names what differs, after its output", function()
        local before = text_file.read(path "a.json")
        answer((ONE:gsub('"a"', "5")))
        local result = check()
        assert.same({ 1, "1\n" }, { result.status, result.stdout })
        local difference, message = result.stderr:match "^(harnest: [^\n]+)\n(harnest: [^\n]+)\n$"
        assert.truthy(difference:find("interactions[0], GET things: ", 1, true), result.stderr)
        assert.truthy(difference:find("attributes.name", 1, true), result.stderr)
        assert.truthy(message:find("the server's responses differ from it in 1 place", 1, true), message)
        assert.equal(before, text_file.read(path "a.json"))
        answer((ONE:gsub('"a"', "5")))
        local err = harnest.decode(check("--error-format", "json").stderr:match "({.*})\n$")
        assert.same({ "differs", 1 }, { err.kind, err.exit_status })
      end)

      it("has the status of another error, and names what is not recorded", function()
        answer { 404, "{}" }
        local result = check("--sort", "name")
        assert.equal(3, result.status)
        assert.truthy(result.stderr:find("GET things: not recorded\n", 1, true), result.stderr)
        assert.truthy(result.stderr:find("1 interaction was not used: interactions[0], GET things\n", 1, true))
      end)
    end)

    it("names what is unused on standard error alone", function()
      answer('{"data":[{"type":"things","id":"1"}],"links":{"next":"/two"}}', ONE)
      done(record())
      local result = played("--limit", "1", "-o", "ids")
      assert.same({ 0, "1\n" }, { result.status, result.stdout })
      assert.equal(("harnest: cassette %s: 1 interaction was not used: interactions[1], GET two\n"):format(
        path "a.json"), result.stderr)
    end)
  end)

  it("completes its modes", function()
    assert.equal("record\nreplay\n", done(nowhere:run("complete", "--", "list", "--cassette-mode", "re")))
    assert.equal("--cassette\n--cassette-mode\n", done(nowhere:run("complete", "--", "get", "--cass")))
  end)
end)

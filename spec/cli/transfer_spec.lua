-- The commands that transfer many resources: export, list --checkpoint, import, sync.

if _VERSION ~= "Lua 5.4" then return end -- the command's Lua

local harnest = require "harnest"
local command = require "spec.support.command"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"
local socket = require "socket"

local sb = sandbox.get()
local TOKEN = "s3cret-token"
local PAGES, SIZE = 4, 500

local function read(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read "*a"
  file:close()
  return text
end

local function lines_of(text)
  local lines = {}
  for line in text:gmatch "([^\n]*)\n" do lines[#lines + 1] = line end
  return lines
end

-- A page of the list of 2,000 things
local function page(number)
  local items = {}
  for i = 1, SIZE do
    local id = (number - 1) * SIZE + i
    items[i] = ('{"type":"things","id":"%d","attributes":{"name":"name %d","n":%d}}'):format(id, id, id)
  end
  local link = number < PAGES and ('"/things?page=%d"'):format(number + 1) or "null"
  return ('{"data":[%s],"links":{"next":%s}}'):format(table.concat(items, ","), link)
end

local pages = {}
for i = 1, PAGES do pages[i] = rawserver.response(200, {}, page(i)) end

local function match_of(number)
  return number == 1 and "GET /things" or "GET /things?page=" .. number
end

describe("the command #process", function()
  local raw, at_raw, at_sandbox, folder

  setup(function()
    raw = rawserver.start()
    at_raw = command.new { HARNEST_URL = raw.url, HARNEST_TOKEN = TOKEN }
    at_sandbox = command.new { HARNEST_URL = sb.url, HARNEST_TOKEN = sb.token }
    folder = at_raw.folder
  end)
  before_each(function()
    raw:reset()
    os.execute(("rm -rf '%s'/x*"):format(folder))
  end)
  teardown(function()
    raw:stop()
    at_raw:close()
    at_sandbox:close()
  end)

  local function path(name)
    return folder .. "/" .. name
  end

  -- Lets the server send the pages from `first` on, until the page `stalled`, if any
  local function serve(first, stalled)
    local scripts = {}
    for i = first, (stalled or PAGES + 1) - 1 do scripts[#scripts + 1] = { match = match_of(i), pages[i] } end
    if stalled then scripts[#scripts + 1] = { match = match_of(stalled), { stall = true } } end
    raw:reset():play(scripts)
  end

  -- Starts a command that reads two pages and waits for the third, and ends it by a signal when its
  -- checkpoint has both
  local function interrupt_in(options, signal, ...)
    if not options.is_served then serve(1, 3) end
    local started = at_raw:start(options, ...)
    local limit = socket.gettime() + 10
    repeat
      socket.sleep(0.005)
      local kept = harnest.decode(read(options.checkpoint or path "x.csv.checkpoint") or "")
    until kept and kept.state.count == 2 * SIZE or socket.gettime() > limit
    at_raw:signal(started, signal)
    return at_raw:finish(started)
  end

  local function interrupt(...)
    return interrupt_in({}, ...)
  end

  local function all_ids(count)
    local ids = {}
    for i = 1, count or PAGES * SIZE do ids[i] = tostring(i) end
    return ids
  end

  local readers = {
    ndjson = function(text)
      local ids = {}
      for i, line in ipairs(lines_of(text)) do ids[i] = assert(harnest.decode(line)).id end
      return ids
    end,
    json = function(text)
      local ids = {}
      for i, item in ipairs(assert(harnest.decode(text))) do ids[i] = item.id end
      return ids
    end,
    csv = function(text)
      local ids, lines = {}, lines_of(text)
      assert.equal("id,n,name\r", lines[1])
      for i = 2, #lines do ids[i - 1] = lines[i]:match "^(%d+),%d+,name %d+\r$" end
      return ids
    end,
    ids = lines_of,
  }

  describe("export", function()
    it("writes the same as list, in each format", function()
      for _, name in ipairs { "csv", "tsv", "ndjson", "ids" } do
        local target = path("x." .. name)
        local result = at_sandbox:run("export", "people", target)
        assert.same({ status = 0, stdout = "", stderr = "" }, result)
        assert.equal(at_sandbox:run("list", "people", "-o", name).stdout, read(target), name)
        assert.is_nil(read(target .. ".part") or read(target .. ".checkpoint"))
      end
      at_sandbox:run("export", "people", path "x.json", "--fields", "id,name", "--limit", "20")
      local people = harnest.decode(read(path "x.json"))
      assert.same({ 20, "20" }, { #people, people[20].id })
      at_sandbox:run("export", "empties", path "x.json")
      assert.equal("[]\n", read(path "x.json"))
    end)

    for name, reader in pairs(readers) do
      it("that was killed goes on, with each resource once: " .. name, function()
        local target = path("x." .. name)
        at_raw:file("x." .. name, "old")
        assert.equal(137, interrupt_in({ checkpoint = target .. ".checkpoint" }, "KILL", "export", "things", target).status)
        assert.equal("old", read(target))
        local kept = assert(read(target .. ".checkpoint"))
        assert.is_nil(kept:find(TOKEN, 1, true))
        local part = assert(io.open(target .. ".part", "ab")) -- what was written after the checkpoint
        part:write('{"id":"never","half a li')
        part:close()
        serve(2)
        assert.same({ status = 0, stdout = "", stderr = "" }, at_raw:run("export", "things", target))
        assert.same(all_ids(), reader(read(target)))
        assert.is_nil(read(target .. ".part") or read(target .. ".checkpoint"))
      end)
    end

    it("that was killed keeps --limit and --fields", function()
      local words = { "export", "things", path "x.csv", "--fields", "id,n,name", "--limit", "1600", "--page-size",
        "500" }
      raw:play {
        { match = "GET /things?page%5Bsize%5D=500", pages[1] }, { match = match_of(2), pages[2] },
        { match = match_of(3), { stall = true } },
      }
      assert.equal(137, interrupt_in({ is_served = true }, "KILL", table.unpack(words)).status)
      serve(2)
      assert.same({ status = 0, stdout = "", stderr = "" }, at_raw:run(table.unpack(words)))
      assert.same(all_ids(1600), readers.csv(read(path "x.csv")))
    end)

    it("that is interrupted says how to go on", function()
      local result = interrupt("INT", "export", "things", path "x.csv")
      assert.equal(130, result.status)
      assert.equal("harnest: 1000 resources are kept; run the same command again to go on\nharnest: interrupted\n",
        result.stderr)
      serve(2)
      assert.equal(0, at_raw:run("export", "things", path "x.csv").status)
      assert.same(all_ids(), readers.csv(read(path "x.csv")))
    end)

    it("that fails in mid-list says how to go on, with the status of the error", function()
      raw:play { { match = match_of(1), pages[1] }, { match = match_of(2), rawserver.response(403, {}, "") } }
      local result = at_raw:run("export", "things", path "x.csv")
      assert.equal(4, result.status)
      assert.matches("^harnest: 500 resources are kept; run the same command again to go on\nharnest: 403 forbidden",
        result.stderr)
    end)

    it("refuses a checkpoint of another command", function()
      interrupt("KILL", "export", "things", path "x.csv")
      for words, expected in pairs {
        [{ "--filter", "n=1" }] = "it has filter=, this one has filter=n=1",
        [{ "--fields", "id" }] = "it has fields=, this one has fields=id",
        [{ "-o", "ndjson" }] = "it has output=csv, this one has output=ndjson",
        [{ "--url", raw.url .. "/other" }] = "this one has server=" .. raw.url .. "/other",
      } do
        local result = at_raw:run("export", "things", path "x.csv", table.unpack(words))
        assert.same({ 2, "" }, { result.status, result.stdout })
        assert.truthy(result.stderr:find(expected, 1, true), result.stderr)
      end
      at_raw:file("x.txt", "my diary")
      local result = at_raw:run("export", "things", path "x.csv", "--checkpoint", path "x.txt")
      assert.truthy(result.stderr:find(path "x.txt" .. " is no checkpoint of a list", 1, true), result.stderr)
      assert.equal("my diary", read(path "x.txt"))
    end)

    it("starts anew if its part is shorter than the checkpoint says", function()
      interrupt("KILL", "export", "things", path "x.csv")
      at_raw:file("x.csv.part", "id,n")
      serve(1)
      local result = at_raw:run("export", "things", path "x.csv")
      assert.equal(0, result.status)
      assert.equal("harnest: " .. path "x.csv.part" .. " is shorter than its checkpoint says; the export starts anew\n",
        result.stderr)
      assert.same(all_ids(), readers.csv(read(path "x.csv")))
    end)

    it("that is complete is not read again if only the name was missing", function()
      os.execute(("mkdir -p '%s/in'"):format(path "x.csv")) -- a file cannot take the name of a folder
      serve(1)
      local result = at_raw:run("export", "things", path "x.csv")
      assert.same({ 1, "" }, { result.status, result.stdout })
      assert.matches("^harnest: cannot write " .. path "x.csv", result.stderr)
      os.execute(("rm -r '%s'"):format(path "x.csv"))
      raw:reset()
      assert.same({ status = 0, stdout = "", stderr = "" }, at_raw:run("export", "things", path "x.csv"))
      assert.equal(0, #raw:requests())
      assert.same(all_ids(), readers.csv(read(path "x.csv")))
    end)

    it("leaves nothing if it cannot begin", function()
      local result = at_sandbox:run("export", "people", path "x.csv", "--fields", "nmae")
      assert.equal(2, result.status)
      assert.is_nil(read(path "x.csv") or read(path "x.csv.part") or read(path "x.csv.checkpoint"))
      assert.equal(1, at_sandbox:run("export", "people", path "x/no/folder.csv").status)
      assert.equal(2, at_sandbox:run("export", "people", "-").status)
      assert.equal(2, at_sandbox:run("export", "people", path "x.csv", "-o", "table").status)
    end)
  end)

  describe("list --checkpoint", function()
    it("that was killed goes on in the same file", function()
      local kept = path "x.kept"
      local options = { after = ">>" .. path "x.ndjson", checkpoint = kept }
      assert.equal(137, interrupt_in(options, "KILL", "list", "things", "--checkpoint", kept).status)
      local text = read(path "x.ndjson")
      local file = assert(io.open(path "x.ndjson", "ab"))
      file:write "half a li"
      file:close()
      local result = at_raw:run_in({ after = ">" .. path "x.other" }, "list", "things", "--checkpoint", path "x.kept")
      assert.equal(2, result.status)
      assert.matches("but it has 0; append to it by >>", result.stderr)
      serve(2)
      result = at_raw:run_in({ after = ">>" .. path "x.ndjson" }, "list", "things", "--checkpoint", path "x.kept")
      assert.same({ status = 0, stdout = "", stderr = "" }, result)
      assert.truthy(#text < #read(path "x.ndjson"))
      assert.same(all_ids(), readers.ndjson(read(path "x.ndjson")))
      assert.is_nil(read(path "x.kept"))
    end)

    it("writes the whole list without an interruption", function()
      serve(1)
      local result = at_raw:run("list", "things", "-o", "json", "--checkpoint", path "x.kept")
      assert.same({ 0, "" }, { result.status, result.stderr })
      assert.same(all_ids(), readers.json(result.stdout))
    end)
  end)

  describe("import", function()
    local here, api

    before_each(function()
      local url = sb:copy()
      here = command.new { HARNEST_URL = url, HARNEST_TOKEN = sb.token }
      api = harnest.new { url = url, token = sb.token }
    end)
    after_each(function()
      here:close()
      api:close()
    end)

    -- The results by their line
    local function results_of(text)
      local results = {}
      for _, line in ipairs(lines_of(text)) do
        local result = assert(harnest.decode(line))
        assert.is_nil(results[result.line])
        results[result.line] = result
      end
      return results
    end

    -- The titles of all drafts and how often they are there
    local function titles()
      local count, times = 0, {}
      for draft in api:list("drafts", { page = { size = 500 } }) do
        local title = draft.attributes.title
        count, times[title] = count + 1, (times[title] or 0) + 1
      end
      return times, count
    end

    local function drafts(first, last)
      local lines = {}
      for i = first, last do lines[#lines + 1] = ('{"title":"title %d"}\n'):format(i) end
      return table.concat(lines)
    end

    it("creates and updates, and reports each line", function()
      local created = assert(api:create("drafts", { attributes = { title = "old", note = "stays" } }))
      local input = here:file("in.ndjson", table.concat({
        '{"title":"one","amount":1.50}', "",
        '{"type":"drafts","attributes":{"title":"two"},"relationships":{"owner":{"data":{"type":"people","id":"3"}}}}',
        "nonsense",
        '{"title":3}',
        '{"id":"' .. created.id .. '","title":"new"}',
        '{"type":"people","attributes":{"name":"x"}}',
        '{"attributes":{"type":"x"}}',
        '{"id":"99999","title":"x"}',
      }, "\n"))
      local result = here:run("import", "drafts", input, "--concurrency", "3")
      assert.equal(1, result.status) -- failures of different kinds
      assert.equal("harnest: 5 of 8 lines failed; the output says why\n", result.stderr)
      local results = results_of(result.stdout)
      assert.same({ "created", "created", "updated" }, { results[1].result, results[3].result, results[6].result })
      assert.same({ "input", "invalid", "input", "input", "not_found" }, { results[4].error.kind, results[5].error.kind,
        results[7].error.kind, results[8].error.kind, results[9].error.kind })
      local two = assert(api:get("drafts", results[3].id))
      assert.same({ "two", "3" }, { two.attributes.title, two.relationships.owner.data.id })
      local changed = assert(api:get("drafts", created.id))
      assert.same({ "new", "stays" }, { changed.attributes.title, changed.attributes.note })
    end)

    it("has the status of the errors if they are of one kind", function()
      local input = here:file("in.ndjson", '{"title":1}\n{"title":2}\n{"title":"x"}\n')
      assert.equal(6, here:run("import", "drafts", input).status)
    end)

    it("stops at an error that the next line would have, too", function()
      raw:play { { times = math.huge, rawserver.response(401, {}, "") } }
      local result = at_raw:run_in({ before = "printf '{}\\n{}\\n{}\\n' |" }, "import", "things", "-")
      assert.equal(4, result.status)
      assert.equal(1, #lines_of(result.stdout))
      assert.equal(1, #raw:requests())
    end)

    it("reads CSV", function()
      local input = here:file("in.csv", '\239\187\191title,amount,details.a,owner,signers,note,created_at\r\n'
        .. '"a ""q"", b",1.5,x,people/3,"people/5,people/6","",\r\n'
        .. '"two\r\nlines",,,,"people/7,",,2024\r\n'
        .. "bad,1\r\n"
        .. '"bad"x,1,,,,,\r\n'
        .. 'bad,one,,,,,\r\n'
        .. '"open')
      local result = here:run("import", "drafts", input, "--json", "amount", "--relationships", "owner,signers")
      local results = results_of(result.stdout)
      assert.equal(1, result.status)
      local one, two = assert(api:get("drafts", results[2].id)), assert(api:get("drafts", results[3].id))
      assert.same({ 'a "q", b', 1.5, "x", "" }, { one.attributes.title, one.attributes.amount, one.attributes.details.a,
        one.attributes.note })
      assert.equal("3", one.relationships.owner.data.id)
      assert.equal(2, #one.relationships.signers.data)
      assert.same({ "two\nlines", harnest.null, "2024" }, { two.attributes.title, two.attributes.note,
        two.attributes.created_at })
      assert.equal(1, #two.relationships.signers.data)
      assert.equal("expected 7 cells, got 2", results[5].error.message)
      assert.equal("a quoted cell is followed by x, expected a comma", results[6].error.message)
      assert.matches("^amount: expected JSON: ", results[7].error.message)
      assert.equal("a quoted cell does not end", results[8].error.message)
    end)

    it("reads what export has written", function()
      for _, name in ipairs { "csv", "tsv", "ndjson" } do
        local target = here.folder .. "/people." .. name
        here:run("export", "people", target, "--fields", "name,email", "--limit", "30")
        local result = here:run("import", "people", target)
        assert.same({ 0, "" }, { result.status, result.stderr })
        for line, made in pairs(results_of(result.stdout)) do
          local original = tostring(name == "ndjson" and line or line - 1)
          assert.same(assert(api:get("people", original)).attributes, assert(api:get("people", made.id)).attributes)
        end
      end
    end)

    it("names what is wrong with the arguments", function()
      local input = here:file("in.csv", "title\nx\n")
      for expected, words in pairs {
        ["FILE: cannot read the file: /does/not/exist"] = { "/does/not/exist" },
        ["option --json: there is no column amuont (columns: title)"] = { input, "--json", "amuont" },
        ["option --json: expected with csv and tsv only"] = { input, "--format", "ndjson", "--json", "a" },
        ["expected a line with the names of the columns, got nothing"] = { here:file("e.csv", "") },
      } do
        local result = here:run("import", "drafts", table.unpack(words))
        assert.same({ 2, "" }, { result.status, result.stdout })
        assert.truthy(result.stderr:find(expected, 1, true), result.stderr)
      end
      assert.equal(2, here:run("import", "drafts").status) -- standard input only for "-"
    end)

    it("with --create takes the ids for new resources", function()
      local input = here:file("in.ndjson", '{"id":"a-1","title":"x"}\n')
      assert.equal('{"id":"a-1","line":1,"result":"created"}\n', here:run("import", "drafts", input, "--create").stdout)
      assert.equal(5, here:run("import", "drafts", input, "--create").status)
    end)

    it("with --dry-run shows the requests and writes nothing", function()
      local input = here:file("in.ndjson", '{"title":"x"}\n{"id":"1","title":"y"}\n')
      local kept = here.folder .. "/kept"
      local result = here:run("import", "drafts", input, "--dry-run", "--checkpoint", kept, "--concurrency", "4")
      assert.same({ 0, "" }, { result.status, result.stderr })
      assert.matches("^POST .-\n\nPATCH .-\n$", result.stdout)
      assert.is_nil(read(kept))
      assert.equal(0, api:count "drafts")
    end)

    -- 700 of 2,000 lines come, then standard input says nothing more. So the command waits with at most
    -- three other lines on their way, at any speed.
    it("of 2,000 lines that was killed does none twice", function()
      local fifo, kept = here.folder .. "/in", here.folder .. "/kept"
      local input = here:file("in.ndjson", drafts(1, 2000))
      os.execute(("mkfifo '%s'"):format(fifo))
      local words = { "import", "drafts", "-", "--concurrency", "4", "--checkpoint", kept }
      local started = here:start({ after = "<" .. fifo }, table.unpack(words))
      local pipe = assert(io.open(fifo, "w"))
      pipe:write(drafts(1, 700))
      pipe:flush()
      local limit = socket.gettime() + 20
      local done
      repeat
        socket.sleep(0.01)
        done = #lines_of(read(started .. ".stdout"))
      until done >= 697 or socket.gettime() > limit
      here:signal(started, "KILL")
      assert.equal(137, here:finish(started).status)
      pipe:close()
      assert.truthy(done >= 697 and done <= 700, done)
      assert.truthy(read(kept))
      assert.is_nil(read(kept):find(sb.token, 1, true))
      local result = here:run_in({ after = "<" .. input }, table.unpack(words))
      assert.equal(0, result.status, result.stderr)
      assert.equal(2000 - done, #lines_of(result.stdout))
      assert.equal(700 - done, #lines_of(result.stderr)) -- those in doubt
      local times, count = titles()
      assert.equal(2000, count)
      for i = 1, 2000 do assert.equal(1, times["title " .. i]) end
      assert.is_nil(read(kept))
    end)

    describe("of a line whose outcome is unknown", function()
      local at_failing, kept, input

      -- The server does the second create and closes the connection instead of an answer
      before_each(function()
        local name = sandbox.unique()
        kept, input = here.folder .. "/kept", here:file("in.ndjson", drafts(1, 3))
        api:close()
        here.variables.HARNEST_URL = sb:at("copy/" .. name)
        api = harnest.new { url = here.variables.HARNEST_URL, token = sb.token }
        at_failing = sb:at("copy/" .. name, "fail-after/" .. name .. "/444/1")
      end)

      -- Imports the first line well, and the second one in doubt. The URL is a part of the checkpoint, so
      -- that it is put into the text of the checkpoint.
      local function begin(...)
        local first = here:file("in.ndjson", drafts(1, 1))
        assert.equal(0, here:run("import", "drafts", first).status)
        here:file("in.ndjson", drafts(2, 3))
        local result = here:run("import", "drafts", input, "--checkpoint", kept, "--retries", "0", "--url", at_failing,
          ...)
        assert.equal(9, result.status)
        assert.is_true(results_of(result.stdout)[1].error.outcome_unknown)
        assert.matches("0 lines were imported; run the same command again to go on\n", result.stderr)
        local text = read(kept)
        here:file("kept", (text:gsub(at_failing:gsub("%p", "%%%0"), (here.variables.HARNEST_URL:gsub("%%", "%%%%")))))
      end

      it("sends it again with the same key", function()
        begin()
        local result = here:run("import", "drafts", input, "--checkpoint", kept)
        assert.equal(0, result.status)
        assert.equal("harnest: line 1 was sent before the interruption, its outcome is unknown; it is sent again with "
          .. "the same Idempotency-Key\n", result.stderr)
        local times, count = titles()
        assert.equal(3, count)
        assert.same({ ["title 1"] = 1, ["title 2"] = 1, ["title 3"] = 1 }, times)
      end)

      it("reports it with --in-doubt report, as often as it is run, and does the others once", function()
        begin("--in-doubt", "report")
        for i = 1, 2 do
          local result = here:run("import", "drafts", input, "--checkpoint", kept, "--in-doubt", "report")
          assert.equal(9, result.status)
          local results = results_of(result.stdout)
          assert.same({ "in_doubt", true }, { results[1].error.kind, results[1].error.outcome_unknown })
          assert.equal(i == 1 and "created" or nil, results[2] and results[2].result)
        end
        assert.equal(3, (select(2, titles())))
      end)

      it("refuses another text in its line", function()
        begin()
        here:file("in.ndjson", drafts(7, 8))
        local result = here:run("import", "drafts", input, "--checkpoint", kept)
        assert.same({ 2, "" }, { result.status, result.stdout })
        assert.truthy(result.stderr:find("FILE: line 1 differs from the one that was sent and whose outcome is unknown",
          1, true), result.stderr)
      end)
    end)

    it("repeats only the lines that failed, which may be corrected", function()
      local kept = here.folder .. "/kept"
      local input = here:file("in.ndjson", '{"title":"title 1"}\n{"titel":"title 2"}\n{"title":"title 3"}\n')
      local result = here:run("import", "drafts", input, "--checkpoint", kept)
      assert.equal(6, result.status)
      assert.matches("1 of 3 lines failed; the output says why; run the same command again to repeat only these\n$",
        result.stderr)
      here:file("in.ndjson", '{"title":"title 1"}\n{"title":"title 2"}\n{"title":"title 4"}\n')
      result = here:run("import", "drafts", input, "--checkpoint", kept)
      assert.equal(2, result.status)
      assert.truthy(result.stderr:find("FILE: line 3 differs from the one that was imported", 1, true), result.stderr)
      here:file("in.ndjson", '{"title":"title 1"}\n{"title":"title 2"}\n{"title":"title 3"}\n')
      assert.equal(0, here:run("import", "drafts", input, "--checkpoint", kept).status)
      assert.same({ ["title 1"] = 1, ["title 2"] = 1, ["title 3"] = 1 }, (titles()))
      assert.is_nil(read(kept))
    end)

    it("refuses a checkpoint of another command", function()
      local kept = here.folder .. "/kept"
      local input = here:file("in.ndjson", '{"titel":"x"}\n')
      here:run("import", "drafts", input, "--checkpoint", kept)
      for expected, words in pairs {
        ["it has type=drafts, this one has type=people"] = { "import", "people", input },
        ["it has create=, this one has create=true"] = { "import", "drafts", input, "--create" },
        ["is no checkpoint of a list"] = { "list", "drafts", "-o", "ids" },
      } do
        words[#words + 1], words[#words + 2] = "--checkpoint", kept
        local result = here:run(table.unpack(words))
        assert.same({ 2, "" }, { result.status, result.stdout })
        assert.truthy(result.stderr:find(expected, 1, true), result.stderr)
      end
    end)

    it("ignores an incomplete last line of its checkpoint", function()
      local kept = here.folder .. "/kept"
      local input = here:file("in.ndjson", '{"title":"title 1"}\n{"titel":"x"}\n')
      here:run("import", "drafts", input, "--checkpoint", kept)
      local file = assert(io.open(kept, "ab"))
      file:write "done 2" -- without its line end
      file:close()
      assert.equal(6, here:run("import", "drafts", input, "--checkpoint", kept).status)
      assert.is_nil(read(kept):find "done 2")
      assert.same({ ["title 1"] = 1 }, (titles()))
    end)
  end)

  describe("sync", function()
    local here, api

    before_each(function()
      local url = sb:copy()
      here = command.new { HARNEST_URL = url, HARNEST_TOKEN = sb.token }
      api = harnest.new { url = url, token = sb.token }
    end)
    after_each(function()
      here:close()
      api:close()
    end)

    -- The writes that the sandbox got, as "PATCH companies/5"
    local function writes()
      local list = {}
      for _, request in ipairs(sb:requests()) do
        if request.method ~= "GET" then
          list[#list + 1] = request.method .. " " .. request.uri:match "/v1/api/(.*)"
        end
      end
      table.sort(list)
      return table.concat(list, ", ")
    end

    it("changes nothing if the file has what the server has, in each format", function()
      for _, name in ipairs { "ndjson", "csv", "tsv" } do
        local target = here.folder .. "/contracts." .. name
        here:run("export", "contracts", target, "--page-size", "500")
        sb:mark()
        local result = here:run("sync", "contracts", target, "--page-size", "500", "--delete")
        assert.same({ status = 0, stdout = "", stderr = "harnest: 0 to change, 2000 equal\n" }, result)
        assert.equal("", writes())
      end
    end)

    it("makes the smallest changes", function()
      local target = here.folder .. "/companies.ndjson"
      here:run("export", "companies", target)
      local lines = lines_of(read(target))
      lines[5] = '{"id":"5","name":"New name"}'
      table.remove(lines, 3)
      lines[#lines + 1] = '{"name":"Added"}'
      local input = here:file("in.ndjson", table.concat(lines, "\n") .. "\n")
      sb:mark()
      local shown = here:run("sync", "companies", input, "--dry-run", "--delete")
      assert.equal("harnest: 3 to change, 38 equal\n", shown.stderr)
      assert.truthy(shown.stdout:find('{"data":{"attributes":{"name":"New name"},"id":"5","type":"companies"}}\n', 1,
        true))
      assert.equal("", writes())
      local result = here:run("sync", "companies", input)
      assert.same({ 0, "harnest: 2 to change, 38 equal, 1 only on the server; --delete deletes them\n" },
        { result.status, result.stderr })
      assert.equal("PATCH companies/5, POST companies", writes())
      assert.equal("New name", assert(api:get("companies", 5)).attributes.name)
      assert.truthy(api:get("companies", 3))
      lines[#lines] = nil
      here:file("in.ndjson", table.concat(lines, "\n") .. "\n")
      result = here:run("sync", "companies", input, "--delete")
      assert.equal('{"id":"3","result":"deleted"}\n{"id":"41","result":"deleted"}\n', result.stdout)
      assert.equal(39, api:count "companies")
    end)

    it("takes numbers, nulls and parts of objects from CSV", function()
      local draft = assert(api:create("drafts", { attributes = { title = "x", amount = 1.5, note = "n",
        details = { a = 1, b = "y" } } }))
      local input = here:file("in.csv", "id,amount,note,details.a\n" .. draft.id .. ",2.5,,3\n")
      local result = here:run("sync", "drafts", input)
      assert.equal(0, result.status, result.stdout)
      local attributes = assert(api:get("drafts", draft.id)).attributes
      assert.same({ "x", 2.5, harnest.null, { a = 3, b = "y" } }, { attributes.title, attributes.amount,
        attributes.note, attributes.details })
    end)

    it("does nothing if the file or a page is wrong", function()
      sb:mark()
      for expected, text in pairs {
        ["FILE: line 2: expected a JSON object"] = '{"id":"1","name":"x"}\nnonsense\n',
        ["FILE: line 2: the id 1 is in line 1 already"] = '{"id":"1","name":"x"}\n{"id":"1","name":"y"}\n',
        ["--delete would delete everything"] = "\n",
        ['type: expected "companies", got "people"'] = '{"id":"1","type":"people","attributes":{}}\n',
      } do
        local result = here:run("sync", "companies", here:file("in.ndjson", text), "--delete")
        assert.same({ 2, "" }, { result.status, result.stdout })
        assert.truthy(result.stderr:find(expected, 1, true), result.stderr)
      end
      raw:play { { match = match_of(1), pages[1] }, { match = match_of(2), rawserver.response(500, {}, "") } }
      local input = at_raw:file("x.ndjson", '{"id":"1","name":"changed"}\n')
      assert.equal(1, at_raw:run("sync", "things", input, "--delete").status)
      assert.equal(2, #raw:requests())
      assert.equal("", writes())
    end)

    it("has the status of the changes that failed, and makes the others", function()
      local input = here:file("in.ndjson", '{"id":"1","name":1}\n{"id":"2","name":"New"}\n')
      local result = here:run("sync", "companies", input)
      assert.equal(6, result.status)
      assert.matches("1 of 2 changes failed; the output says why\n$", result.stderr)
      assert.equal("New", assert(api:get("companies", 2)).attributes.name)
    end)
  end)
end)

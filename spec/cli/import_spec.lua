-- harnest import: creates and updates from NDJSON, CSV and TSV.

if _VERSION ~= "Lua 5.4" then return end -- the command's Lua

local harnest = require "harnest"
local import_fixture = require "spec.support.import_fixture"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"
local size = require "spec.support.size"
local socket = require "socket"
local text_file = require "spec.support.text_file"

local read, lines_of = text_file.read, text_file.lines
local sb = sandbox.get()

describe("harnest import #process", function()
  local at = import_fixture(setup, before_each, after_each, teardown)

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
    for draft in at.api:list("drafts", { page = { size = 500 } }) do
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
    local created = assert(at.api:create("drafts", { attributes = { title = "old", note = "stays" } }))
    local input = at.here:file("in.ndjson", table.concat({
      '{"title":"one","amount":1.50}', "",
      '{"type":"drafts","attributes":{"title":"two"},"relationships":{"owner":{"data":{"type":"people","id":"3"}}}}',
      "nonsense",
      '{"title":3}',
      '{"id":"' .. created.id .. '","title":"new"}',
      '{"type":"people","attributes":{"name":"x"}}',
      '{"attributes":{"type":"x"}}',
      '{"id":"99999","title":"x"}',
    }, "\n"))
    local result = at.here:run("import", "drafts", input, "--concurrency", "3")
    assert.equal(1, result.status) -- failures of different kinds
    assert.equal("harnest: 5 of 8 lines failed; the output says why\n", result.stderr)
    local results = results_of(result.stdout)
    assert.same({ "created", "created", "updated" }, { results[1].result, results[3].result, results[6].result })
    assert.same({ "input", "invalid", "input", "input", "not_found" }, { results[4].error.kind, results[5].error.kind,
      results[7].error.kind, results[8].error.kind, results[9].error.kind })
    local two = assert(at.api:get("drafts", results[3].id))
    assert.same({ "two", "3" }, { two.attributes.title, two.relationships.owner.data.id })
    local changed = assert(at.api:get("drafts", created.id))
    assert.same({ "new", "stays" }, { changed.attributes.title, changed.attributes.note })
  end)

  it("has the status of the errors if they are of one kind", function()
    local input = at.here:file("in.ndjson", '{"title":1}\n{"title":2}\n{"title":"x"}\n')
    assert.equal(6, at.here:run("import", "drafts", input).status)
  end)

  it("stops at an error that the next line would have, too", function()
    at.raw:play { { times = math.huge, rawserver.response(401, {}, "") } }
    local result = at.at_raw:run_in({ before = "printf '{}\\n{}\\n{}\\n' |" }, "import", "things", "-")
    assert.equal(4, result.status)
    assert.equal(1, #lines_of(result.stdout))
    assert.equal(1, #at.raw:requests())
    sb:mark()
    local input = at.here:file("in.ndjson", drafts(1, 3))
    assert.equal(3, at.here:run("import", "draughts", input).status)
    assert.equal(1, #sb:requests())
    input = at.here:file("in.csv", "title,owner\na,people/99999\nb,people/3\n")
    result = at.here:run("import", "drafts", input, "--relationships", "owner")
    assert.equal(3, result.status)
    assert.equal("created", results_of(result.stdout)[3].result)
  end)

  it("stops with status 1 if its results cannot be written", function()
    local input = at.here:file("in.ndjson", drafts(1, 50))
    local kept = at.here.folder .. "/kept"
    local words = { "import", "drafts", input, "--checkpoint", kept }
    local result = at.here:run_in({ after = ">/dev/full" }, table.unpack(words))
    assert.equal(1, result.status)
    assert.matches('^harnest: not in the output: {"id":"%d+","line":1,"result":"created"}\n'
      .. "harnest: lines done: 1, failed: 0; run the same command again to go on\n"
      .. "harnest: cannot write the output: No space left on device\n$", result.stderr)
    assert.equal(1, at.api:count "drafts")
    local before = ("mkfifo '%s/gone'; exec 3<>'%s/gone' 4>'%s/gone' 3<&-; "):format(at.here.folder, at.here.folder,
      at.here.folder) -- a pipe without a reader
    result = at.here:run_in({ before = before, after = ">&4" }, table.unpack(words))
    assert.equal(1, result.status)
    assert.matches('^harnest: not in the output: {"id":"%d+","line":2,"result":"created"}\n'
      .. "harnest: lines done: 1, failed: 0; run the same command again to go on\n"
      .. "harnest: stopped: the reader of the output has gone\n$", result.stderr)
    assert.equal(0, at.here:run(table.unpack(words)).status)
    local times, count = titles()
    assert.equal(50, count)
    assert.equal(1, times["title 50"])
  end)

  it("reads CSV", function()
    local input = at.here:file("in.csv", '\239\187\191title,amount,details.a,owner,signers,note,created_at\r\n'
      .. '"a ""q"", b",1.5,x,people/3,"people/5,people/6","",\r\n'
      .. '"two\r\nlines",,,,"people/7,",,2024\r\n'
      .. "bad,1\r\n"
      .. '"bad"x,1,,,,,\r\n'
      .. 'bad,one,,,,,\r\n'
      .. '"open')
    local result = at.here:run("import", "drafts", input, "--json", "amount", "--relationships", "owner,signers")
    local results = results_of(result.stdout)
    assert.equal(1, result.status)
    local one, two = assert(at.api:get("drafts", results[2].id)), assert(at.api:get("drafts", results[3].id))
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
    assert.equal("a quoted cell without end", results[8].error.message)
  end)

  it("reads JSON: an array, a document and one resource", function()
    local array = '[\n{"title":"a"},\n{"title":"b"}\n]\n'
    local document = '{"data":[{"type":"drafts","attributes":{"title":"a"}},{"attributes":{"title":"b"}}],"meta":{}}'
    local one = '{"title":"c",\n"note":"n"}'
    for _, case in ipairs {
      { "in.json", array }, { "in.JSON", "\239\187\191" .. document }, { "in", " \n " .. array },
      { "in.ndjson", array },
      { "in.json", '{"data":{"type":"drafts","attributes":{"title":"a"}}}' }, { "in.json", one }, { "in.json", "[]" },
      { "in", '[{"title":"a"},3]', status = 1 },
    } do
      local before = at.api:count "drafts"
      local result = at.here:run("import", "drafts", at.here:file(case[1], case[2]))
      assert.equal(case.status or 0, result.status, result.stderr)
      local _, expected = case[2]:gsub('"title"', "")
      assert.equal(before + expected, at.api:count "drafts")
    end
    assert.same({ a = 6, b = 4, c = 1 }, (titles()))
  end)

  it("imports nothing of a JSON file that is wrong", function()
    for expected, words in pairs {
      ["with one resource a line, add --format ndjson"] = { at.here:file("a.json", '{"title":"a"}\n{"title":"b"}\n') },
      ["expected JSON"] = { at.here:file("b.json", '[{"title":"a"},\n') },
      ["got an array; --format json reads it"] = { at.here:file("c", '[\n{"title":"a"}\n]'), "--format", "ndjson" },
      ["has more digits than can be kept"] = { at.here:file("d.json", '[{"title":"a"},{"n":0.12345678901234567}]') },
      ["expected with csv and tsv only"] = { at.here:file("e.json", '[{"title":"a"}]'), "--json", "title" },
    } do
      local result = at.here:run("import", "drafts", table.unpack(words))
      assert.same({ 2, "" }, { result.status, result.stdout })
      assert.truthy(result.stderr:find(expected, 1, true), result.stderr)
    end
    assert.equal(0, at.api:count "drafts")
  end)

  it("finds the format by the ending in upper or lower case, and refuses unknown ones", function()
    for name, text in pairs { ["in.CSV"] = "title\na\n", ["in.Tsv"] = "title\na\n", ["in.jsonl"] = '{"title":"a"}\n',
      ["in"] = '{"title":"a"}\n' } do
      assert.equal(0, at.here:run("import", "drafts", at.here:file(name, text)).status)
    end
    local input = at.here:file("in.txt", "title\na\n")
    local expected = "harnest: FILE: expected a name with one of the endings .csv, .json, .jsonl, .ndjson, .tsv, "
      .. "or option --format, got .txt\n"
    for _, name in ipairs { "import", "sync" } do
      assert.same({ status = 2, stdout = "", stderr = expected }, at.here:run(name, "drafts", input))
    end
    assert.equal(0, at.here:run("import", "drafts", input, "--format", "csv").status)
    assert.same({ a = 5 }, (titles()))
  end)

  it("takes a quote within a cell of CSV as text", function()
    local input = at.here:file("in.csv",
      'title,note\n5" pipe,a\nsecond,"b"\nthe "third",6"\n "x",c\n"5"" pipe\nlong",d\n')
    assert.equal(0, at.here:run("import", "drafts", input).status)
    assert.same({ ['5" pipe'] = 1, second = 1, ['the "third"'] = 1, [' "x"'] = 1, ['5" pipe\nlong'] = 1 }, (titles()))
  end)

  it("refuses wrong names of columns once, before the first write", function()
    sb:mark()
    for _, case in ipairs {
      { "a.csv", "title,note,title", "title is given twice" },
      { "a.csv", "id,title,id", "id is given twice" },
      { "a.csv", "owner,title,owner", "owner is given twice" },
      { "a.csv", "details,details.a", "details has a value that is no object, so it has no member a" },
      { "a.csv", "details.a,details", "details is given twice" },
      { "a.csv", "id;title", "expected names with a comma between them, got id;title" },
      { "a.csv", "id\ttitle", "expected names with a comma between them, got id\ttitle" },
      { "a.tsv", "id,title", "expected names with a tab between them, got id,title" },
      { "a.csv", "title,,note", "expected a name for each column, got none for column 2" },
      { "a.csv", "title,a..b", 'expected a name, with dots between names only, got "a..b"' },
    } do
      local input = at.here:file(case[1], case[2] .. "\n1\n2\n")
      for _, name in ipairs { "import", "sync" } do
        local result = at.here:run(name, "drafts", input, "--relationships", case[2]:match "owner" or "")
        local expected = ("harnest: FILE %s: line 1, which names the columns: %s\n"):format(input, case[3])
        assert.same({ status = 2, stdout = "", stderr = expected }, result)
      end
    end
    assert.equal(0, #sb:requests())
  end)

  it("names the option --json for numbers that were sent as text", function()
    local input = at.here:file("in.csv", "title,amount\na,13\n")
    for _, name in ipairs { "import", "sync" } do
      local result = at.here:run(name, "drafts", input)
      assert.equal(6, result.status)
      assert.matches("; %-%-json amount sends a number$", harnest.decode(result.stdout).error.message)
      assert.equal(0, at.here:run(name, "drafts", input, "--json", "amount").status)
    end
    local result = at.here:run("import", "drafts", at.here:file("in.ndjson", '{"title":"a","amount":"13"}\n'))
    assert.equal(6, result.status)
    assert.is_nil(result.stdout:find " sends ")
  end)

  it("names the line of a quoted cell without end", function()
    local input = at.here:file("in.csv", 'title,note\na,b\n"unclosed,z\nc,d\n')
    local result = at.here:run("import", "drafts", input)
    assert.same({ 1, "harnest: 1 of 2 lines failed; the output says why\n" }, { result.status, result.stderr })
    assert.same({ 3, "a quoted cell without end" }, { results_of(result.stdout)[3].line,
      results_of(result.stdout)[3].error.message })
    result = at.here:run("sync", "drafts", input)
    assert.same({ 2, "harnest: FILE: line 3: a quoted cell without end\n" }, { result.status, result.stderr })
    result = at.here:run("import", "drafts", at.here:file("in.csv", '"title\nx\n'))
    assert.equal(2, result.status)
    assert.truthy(result.stderr:find("in.csv: line 1, which names the columns: a quoted cell without end", 1,
      true), result.stderr)
  end)

  it("reads what export has written", function()
    for _, name in ipairs { "csv", "tsv", "ndjson", "json" } do
      local target = at.here.folder .. "/people." .. name
      at.here:run("export", "people", target, "--fields", "name,email", "--limit", "30")
      local result = at.here:run("import", "people", target)
      assert.same({ 0, "" }, { result.status, result.stderr })
      for line, made in pairs(results_of(result.stdout)) do
        local original = tostring(name:find "json" and line or line - 1)
        assert.same(assert(at.api:get("people", original)).attributes, assert(at.api:get("people", made.id)).attributes)
      end
    end
  end)

  it("names what is wrong with the arguments", function()
    local input = at.here:file("in.csv", "title\nx\n")
    for expected, words in pairs {
      ["FILE: cannot read the file: /does/not/exist"] = { "/does/not/exist" },
      ["option --json: there is no column amuont (columns: title)"] = { input, "--json", "amuont" },
      ["option --json: expected with csv and tsv only"] = { input, "--format", "ndjson", "--json", "a" },
      ["expected a line with the names of the columns, got nothing"] = { at.here:file("e.csv", "") },
    } do
      local result = at.here:run("import", "drafts", table.unpack(words))
      assert.same({ 2, "" }, { result.status, result.stdout })
      assert.truthy(result.stderr:find(expected, 1, true), result.stderr)
    end
    assert.equal(2, at.here:run("import", "drafts").status) -- standard input only for "-"
  end)

  it("with --create takes the ids for new resources", function()
    local input = at.here:file("in.ndjson", '{"id":"a-1","title":"x"}\n')
    assert.equal('{"id":"a-1","line":1,"result":"created"}\n',
      at.here:run("import", "drafts", input, "--create").stdout)
    assert.equal(5, at.here:run("import", "drafts", input, "--create").status)
  end)

  it("with --dry-run says on standard error why lines fail", function()
    local input = at.here:file("in.csv", "title,n\na,1\nb\nc,x\nd,4\n")
    for _, option in ipairs { "--dry-run", "--curl" } do
      local result = at.here:run("import", "drafts", input, option, "--json", "n")
      assert.equal(1, result.status)
      assert.matches("^harnest: FILE: line 3: expected 2 cells, got 1\nharnest: FILE: line 4: n: expected JSON: "
        .. "[^\n]+\nharnest: 2 of 4 lines failed\n$", result.stderr)
      assert.equal(2, select(2, result.stdout:gsub('"title":', "")))
    end
    local result = at.here:run("import", "drafts", input, "--dry-run", "--error-format", "json")
    assert.equal("FILE: line 3: expected 2 cells, got 1", harnest.decode(lines_of(result.stderr)[1]).message)
    input = at.here:file("in.json", '[{"title":"a"},{"attributes":{"id":"x"}}]')
    result = at.here:run("sync", "drafts", input, "--dry-run")
    assert.equal(1, result.status)
    assert.matches("harnest: FILE: resource 2: [^\n]*id[^\n]*\n", result.stderr)
    assert.matches('"title":"a"', result.stdout)
  end)

  it("with --dry-run shows the requests and writes nothing", function()
    local input = at.here:file("in.ndjson", '{"title":"x"}\n{"id":"1","title":"y"}\n')
    local kept = at.here.folder .. "/kept"
    local result = at.here:run("import", "drafts", input, "--dry-run", "--checkpoint", kept, "--concurrency", "4")
    assert.same({ 0, "" }, { result.status, result.stderr })
    assert.matches("^POST .-\n\nPATCH .-\n$", result.stdout)
    assert.is_nil(read(kept))
    assert.equal(0, at.api:count "drafts")
  end)

  -- Some lines come, then standard input says nothing more. So the command waits with at most
  -- three other lines on their way, at any speed.
  it("of many lines that was killed does none twice #slow", function()
    local ALL, FIRST = size(600, 2000), size(200, 700)
    local fifo, kept = at.here.folder .. "/in", at.here.folder .. "/kept"
    local input = at.here:file("in.ndjson", drafts(1, ALL))
    os.execute(("mkfifo '%s'"):format(fifo))
    local words = { "import", "drafts", "-", "--concurrency", "4", "--checkpoint", kept }
    local started = at.here:start({ after = "<" .. fifo }, table.unpack(words))
    local pipe = assert(io.open(fifo, "r+")) -- does not wait for a reader
    pipe:write(drafts(1, FIRST))
    pipe:flush()
    local limit = socket.gettime() + 20
    local done
    repeat
      socket.sleep(0.01)
      done = #lines_of(read(started .. ".stdout") or "") -- its shell makes the file
    until done >= FIRST - 3 or socket.gettime() > limit
    at.here:signal(started, "KILL")
    local killed = at.here:finish(started)
    assert.equal(137, killed.status)
    pipe:close()
    done = #lines_of(killed.stdout) -- others may have ended before the signal
    assert.truthy(done >= FIRST - 3 and done <= FIRST, done)
    assert.truthy(read(kept))
    assert.is_nil(read(kept):find(sb.token, 1, true))
    local result = at.here:run_in({ after = "<" .. input }, table.unpack(words))
    assert.equal(0, result.status, result.stderr)
    local resumed = #lines_of(result.stdout)
    -- the signal may come after a line is in the checkpoint and before its output
    assert.truthy(resumed <= ALL - done and resumed >= ALL - FIRST, resumed)
    assert.truthy(#lines_of(result.stderr) <= FIRST - done) -- those in doubt; others were not sent
    local times, count = titles()
    assert.equal(ALL, count)
    for i = 1, ALL do assert.equal(1, times["title " .. i]) end
    assert.is_nil(read(kept))
  end)

  describe("of a line whose outcome is unknown", function()
    local at_failing, kept, input

    -- The server does the second create and closes the connection instead of an answer
    before_each(function()
      local name = sandbox.unique()
      kept, input = at.here.folder .. "/kept", at.here:file("in.ndjson", drafts(1, 3))
      at:use(sb:at("copy/" .. name))
      at_failing = sb:at("copy/" .. name, "fail-after/" .. name .. "/444/1")
    end)

    -- Imports the first line well, and the second one in doubt. The URL is a part of the checkpoint, so
    -- that it is put into the text of the checkpoint.
    local function begin(...)
      local first = at.here:file("in.ndjson", drafts(1, 1))
      assert.equal(0, at.here:run("import", "drafts", first).status)
      at.here:file("in.ndjson", drafts(2, 3))
      local result = at.here:run("import", "drafts", input, "--checkpoint", kept, "--retries", "0", "--url", at_failing,
        ...)
      assert.equal(9, result.status)
      assert.is_true(results_of(result.stdout)[1].error.outcome_unknown)
      assert.matches("lines done: 0, failed: 1; run the same command again to go on\n", result.stderr)
      local text, url = read(kept), at.here.variables.HARNEST_URL
      at.here:file("kept", (text:gsub(at_failing:gsub("%p", "%%%0"), (url:gsub("%%", "%%%%")))))
    end

    it("sends it again with the same key", function()
      begin()
      local result = at.here:run("import", "drafts", input, "--checkpoint", kept)
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
        local result = at.here:run("import", "drafts", input, "--checkpoint", kept, "--in-doubt", "report")
        assert.equal(9, result.status)
        local results = results_of(result.stdout)
        assert.same({ "in_doubt", true }, { results[1].error.kind, results[1].error.outcome_unknown })
        assert.equal(i == 1 and "created" or nil, results[2] and results[2].result)
      end
      assert.equal(3, (select(2, titles())))
    end)

    it("refuses another text in its line", function()
      begin()
      at.here:file("in.ndjson", drafts(7, 8))
      local result = at.here:run("import", "drafts", input, "--checkpoint", kept)
      assert.same({ 2, "" }, { result.status, result.stdout })
      assert.truthy(result.stderr:find("FILE: line 1 differs from the one that was sent and whose outcome is unknown",
        1, true), result.stderr)
    end)
  end)

  it("repeats only the lines that failed, which may be corrected", function()
    local kept = at.here.folder .. "/kept"
    local input = at.here:file("in.ndjson", '{"title":"title 1"}\n{"titel":"title 2"}\n{"title":"title 3"}\n')
    local result = at.here:run("import", "drafts", input, "--checkpoint", kept)
    assert.equal(6, result.status)
    assert.matches("1 of 3 lines failed; the output says why; run the same command again to repeat only these\n$",
      result.stderr)
    at.here:file("in.ndjson", '{"title":"title 1"}\n{"title":"title 2"}\n{"title":"title 4"}\n')
    result = at.here:run("import", "drafts", input, "--checkpoint", kept)
    assert.equal(2, result.status)
    assert.truthy(result.stderr:find("FILE: line 3 differs from the one that was imported", 1, true), result.stderr)
    at.here:file("in.ndjson", '{"title":"title 1"}\n{"title":"title 2"}\n{"title":"title 3"}\n')
    assert.equal(0, at.here:run("import", "drafts", input, "--checkpoint", kept).status)
    assert.same({ ["title 1"] = 1, ["title 2"] = 1, ["title 3"] = 1 }, (titles()))
    assert.is_nil(read(kept))
  end)

  it("refuses a checkpoint of another command", function()
    local kept = at.here.folder .. "/kept"
    local input = at.here:file("in.ndjson", '{"titel":"x"}\n')
    at.here:run("import", "drafts", input, "--checkpoint", kept)
    for expected, words in pairs {
      ["it has type=drafts, this one has type=people"] = { "import", "people", input },
      ["it has create=, this one has create=true"] = { "import", "drafts", input, "--create" },
      ["is no checkpoint of a list"] = { "list", "drafts", "-o", "ids" },
    } do
      words[#words + 1], words[#words + 2] = "--checkpoint", kept
      local result = at.here:run(table.unpack(words))
      assert.same({ 2, "" }, { result.status, result.stdout })
      assert.truthy(result.stderr:find(expected, 1, true), result.stderr)
    end
  end)

  it("ignores an incomplete last line of its checkpoint", function()
    local kept = at.here.folder .. "/kept"
    local input = at.here:file("in.ndjson", '{"title":"title 1"}\n{"titel":"x"}\n')
    at.here:run("import", "drafts", input, "--checkpoint", kept)
    local file = assert(io.open(kept, "ab"))
    file:write "done 2" -- without its line end
    file:close()
    assert.equal(6, at.here:run("import", "drafts", input, "--checkpoint", kept).status)
    assert.is_nil(read(kept):find "done 2")
    assert.same({ ["title 1"] = 1 }, (titles()))
  end)
end)

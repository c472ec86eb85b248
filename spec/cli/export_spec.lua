-- The commands that write a list in parts: export, and list --checkpoint.

if _VERSION ~= "Lua 5.4" then return end -- the command's Lua

local harnest = require "harnest"
local command = require "spec.support.command"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"
local socket = require "socket"
local text_file = require "spec.support.text_file"

local read, lines_of = text_file.read, text_file.lines
local sb = sandbox.get()
local TOKEN = "s3cret-token"
local PAGES, SIZE = 4, 500

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
      local tag = name ~= "csv" and " #slow" or ""
      it("that was killed goes on, with each resource once: " .. name .. tag, function()
        local target = path("x." .. name)
        at_raw:file("x." .. name, "old")
        local options = { checkpoint = target .. ".checkpoint" }
        assert.equal(137, interrupt_in(options, "KILL", "export", "things", target).status)
        assert.equal("old", read(target))
        local kept = assert(read(target .. ".checkpoint"))
        assert.is_nil(kept:find(TOKEN, 1, true))
        assert.equal("600\n", at_raw:run_shell(("stat -c %%a '%s.checkpoint'"):format(target)).stdout)
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
      interrupt("KILL", "export", "things", path "x.csv")
      local state = '"state":{"is_complete":true,'
      at_raw:file("x.csv.checkpoint", (read(path "x.csv.checkpoint"):gsub('"state":{', state)))
      raw:reset()
      assert.same({ status = 0, stdout = "", stderr = "" }, at_raw:run("export", "things", path "x.csv"))
      assert.equal(0, #raw:requests())
      assert.same(all_ids(2 * SIZE), readers.csv(read(path "x.csv")))
      assert.is_nil(read(path "x.csv.part") or read(path "x.csv.checkpoint"))
    end)

    -- What a shell command prints
    local function shell(line, ...)
      return at_raw:run_shell(line:format(...)).stdout
    end

    it("refuses what is no regular file before any request", function()
      local refused = "expected a regular file, got %s, which is a %s"
      local function refuses(what, name, kind, ...)
        local result = at_raw:run("export", "things", ...)
        assert.same({ 2, "" }, { result.status, result.stdout }, result.stderr)
        assert.truthy(result.stderr:find("harnest: " .. what .. ": " .. refused:format(path(name), kind), 1, true),
          result.stderr)
      end
      shell("cd '%s'; mkdir x.dir; mkfifo x.fifo x.b.csv.part; ln -s x.fifo x.link; ln -s x.me x.me", folder)
      refuses("FILE", "x.dir", "folder; write to standard output by harnest list TYPE >FILE", path "x.dir")
      refuses("FILE", "x.fifo", "FIFO", path "x.fifo")
      refuses("FILE", "x.link", "FIFO", path "x.link")
      refuses("FILE", "x.me", "circle of symbolic links", path "x.me")
      refuses("FILE", "x.b.csv.part", "FIFO", path "x.b.csv")
      refuses("option --checkpoint", "x.fifo", "FIFO", path "x.csv", "--checkpoint", path "x.fifo")
      for _, words in ipairs { { "list", "things" }, { "import", "things", at_raw:file("x.ndjson", "{}\n") } } do
        words[#words + 1], words[#words + 2] = "--checkpoint", path "x.fifo"
        local result = at_raw:run(table.unpack(words))
        assert.equal(2, result.status)
        assert.truthy(result.stderr:find("option --checkpoint: expected a regular file", 1, true), result.stderr)
      end
      assert.equal("fifo\n", shell("stat -c %%F '%s'", path "x.fifo"))
      shell("ln -s elsewhere '%s'", path "x.c.csv.part")
      assert.equal(2, at_raw:run("export", "things", path "x.c.csv").status)
      assert.equal(0, #raw:requests())
    end)

    it("follows symbolic links, and keeps the mode of a file", function()
      shell("cd '%s'; mkdir x.dir; echo old >x.dir/a.csv; chmod 640 x.dir/a.csv", folder)
      shell("cd '%s'; ln -s x.dir/a.csv x.a.csv; ln -s x.dir/b.csv x.b.csv; ln -s x.dir/kept x.kept", folder)
      for _, name in ipairs { "a.csv", "b.csv" } do
        assert.equal(0, at_sandbox:run("export", "people", path("x." .. name), "--limit", "2", "--checkpoint",
          path "x.kept").status)
        assert.equal("symbolic link\n", shell("stat -c %%F '%s'", path("x." .. name)))
        assert.equal(3, #lines_of(read(path("x.dir/" .. name))))
      end
      assert.equal("640\n", shell("stat -c %%a '%s'", path "x.dir/a.csv"))
      assert.equal("symbolic link\n", shell("stat -c %%F '%s'", path "x.kept"))
      assert.equal("a.csv\nb.csv\n", shell("ls '%s'", path "x.dir"))
    end)

    it("has the mode of the file from the beginning", function()
      at_raw:file("x.csv", "old")
      shell("chmod 600 '%s'", path "x.csv")
      interrupt("KILL", "export", "things", path "x.csv")
      assert.equal("600\n", shell("stat -c %%a '%s'", path "x.csv.part"))
    end)

    it("finds the format by the ending in upper or lower case, and refuses unknown ones", function()
      for name, format in pairs { ["x.CSV"] = "csv", ["x.jsonl"] = "ndjson", ["x.IDS"] = "ids", x = "ndjson" } do
        assert.equal(0, at_sandbox:run("export", "people", path(name), "--limit", "2").status)
        assert.equal(at_sandbox:run("list", "people", "--limit", "2", "-o", format).stdout, read(path(name)))
      end
      local result = at_sandbox:run("export", "people", path "x.txt")
      assert.same({ status = 2, stdout = "", stderr = "harnest: FILE: expected a name with one of the endings .csv, "
        .. ".ids, .json, .jsonl, .ndjson, .tsv, or option -o, got .txt\n" }, result)
      assert.equal(0, at_sandbox:run("export", "people", path "x.txt", "-o", "csv", "--limit", "2").status)
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
end)

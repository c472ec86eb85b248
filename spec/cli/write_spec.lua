-- The commands that write: create, update, delete, link, unlink, replace, request; --dry-run and --curl.

if _VERSION ~= "Lua 5.4" then return end -- the command's Lua

local harnest = require "harnest"
local command = require "spec.support.command"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"

local sb = sandbox.get()
local TOKEN = "s3cret-token"

describe("the command #process", function()
  local raw, at_raw, at_sandbox, api

  setup(function()
    raw = rawserver.start()
    at_raw = command.new { HARNEST_URL = raw.url, HARNEST_TOKEN = TOKEN }
    local url = sb:copy()
    at_sandbox = command.new { HARNEST_URL = url, HARNEST_TOKEN = sb.token }
    api = harnest.new { url = url, token = sb.token }
  end)
  before_each(function() raw:reset() end)
  teardown(function()
    raw:stop()
    at_raw:close()
    at_sandbox:close()
    api:close()
  end)

  local function answer(status, body, headers)
    raw:play { { times = math.huge, rawserver.response(status, headers or {}, body) } }
  end

  -- Runs the command at the sandbox, which must succeed without a word on standard error
  local function done(...)
    local result = at_sandbox:run(...)
    assert.same({ 0, "" }, { result.status, result.stderr })
    return result.stdout
  end

  -- Expects a failure whose message has a text
  local function fails(status, text, ...)
    local result = at_sandbox:run(...)
    assert.same({ status, "" }, { result.status, result.stdout }, result.stderr)
    assert.truthy(result.stderr:find(text, 1, true), result.stderr)
  end

  local function new_draft(...)
    return (done("create", "drafts", "title=x", "-o", "ids", ...):gsub("\n", ""))
  end

  describe("create", function()
    it("sends fields and relationships, and writes the resource", function()
      local text = done("create", "drafts", "title=Lease", "amount:=12.5", 'tags:=["a"]', "details.a.b=c", "-r",
        "owner=people/3", "-r", "signers=people/5,people/6")
      local created = assert(harnest.decode(text))
      assert.equal("drafts", created.type)
      local read = assert(api:get("drafts", created.id))
      assert.same(read.attributes, created.attributes)
      assert.same({ "Lease", 12.5, "a", "c" }, { read.attributes.title, read.attributes.amount, read.attributes.tags[1],
        read.attributes.details.a.b })
      assert.same({ type = "people", id = "3" }, read.relationships.owner.data)
      assert.equal(2, #read.relationships.signers.data)
    end)

    it("names the form of a number or boolean that was sent as text", function()
      local id = new_draft()
      fails(6, "; amount:=13 sends a number\n", "create", "drafts", "title=x", "amount=13")
      fails(6, "; amount:=1.5e3 sends a number\n", "update", "drafts", id, "amount=1.5e3")
      for _, words in ipairs { { "title=x", "amount=much" }, { "title:=5" }, { "titel=13" } } do
        local result = at_sandbox:run("create", "drafts", table.unpack(words))
        assert.equal(6, result.status)
        assert.is_nil(result.stderr:find " sends ")
      end
      answer(422, harnest.encode { errors = {
        { detail = "expected a boolean", source = { pointer = "/data/attributes/a/b.c~1d" } },
        { detail = "expected an integer", source = { pointer = "/data/attributes/n" } },
        { detail = "expected an integer", source = { pointer = "/data/attributes/z/y" } },
      } })
      local result = at_raw:run("create", "things", "a.b\\.c/d=true", "n=3", "z=1")
      assert.matches("; a%.b\\%.c/d:=true sends a boolean; n:=3 sends a number\n$", result.stderr)
    end)

    it("says what was done if it cannot be written, as other writes do #slow", function()
      local id = new_draft()
      local commands = {
        [{ "create", "drafts", "title=x", "--id", "full" }] = "created drafts/full",
        [{ "update", "drafts", id, "title=y" }] = "updated drafts/" .. id,
        [{ "link", "drafts", id, "signers", "people/5" }] = "changed signers of drafts/" .. id,
        [{ "replace", "/drafts/" .. id, "owner", "people/5" }] = "changed owner of /drafts/" .. id,
        [{ "request", "PATCH", "drafts/" .. id, "-d", '{"data":{"type":"drafts","id":"' .. id .. '"}}' }] =
          "PATCH drafts/" .. id .. " was done",
      }
      for words, expected in pairs(commands) do
        local result = at_sandbox:run_in({ after = ">/dev/full" }, table.unpack(words))
        assert.same({ 1, "harnest: " .. expected .. ", but cannot write the output: No space left on device\n" },
          { result.status, result.stderr })
      end
      local before = ("mkfifo '%s/gone'; exec 3<>'%s/gone' 4>'%s/gone' 3<&-; "):format(at_sandbox.folder,
        at_sandbox.folder, at_sandbox.folder) -- a pipe without a reader
      local result = at_sandbox:run_in({ before = before, after = ">&4" }, "create", "drafts", "title=x",
        "--id", "gone")
      assert.same({ 0, "harnest: created drafts/gone, but the reader of the output has gone\n" },
        { result.status, result.stderr })
      assert.truthy(api:get("drafts", "gone"))
    end)

    it("takes an id, a key, a path and standard input", function()
      assert.equal("a-b\n", done("create", "drafts", "title=x", "--id", "a-b", "-o", "ids"))
      fails(5, "409 conflict", "create", "drafts", "title=x", "--id", "a-b")
      local first = new_draft("--idempotency-key", "k1")
      assert.equal(first, new_draft("--idempotency-key", "k1"))
      local id = done("create", "/drafts", "title=p", "-o", "ids"):gsub("\n", "")
      assert.equal("p", assert(api:get("drafts", id)).attributes.title)
      local result = at_sandbox:run_in({ before = "printf 'from stdin' |" }, "create", "drafts", "title=@-")
      assert.equal("from stdin", harnest.decode(result.stdout).attributes.title)
    end)

    it("reads standard input for one argument only, and only for @-", function()
      fails(2, "FIELD note: standard input was read for FIELD title already", "create", "drafts", "title=@-",
        "note=@-")
      local fifo = at_sandbox.folder .. "/never-ends"
      local before = ("mkfifo '%s'; exec 3<>'%s'; "):format(fifo, fifo)
      local result = at_sandbox:run_in({ before = before, after = "<&3" }, "create", "drafts", "title=x", "-o", "ids")
      assert.equal(0, result.status)
    end)

    it("without the type for a path is a usage error", function()
      fails(2, "option --type: expected, since /drafts/1/signers does not say which type the new resource has",
        "create", "/drafts/1/signers", "name=x")
      assert.equal('{"data":{"attributes":{"name":"x"},"type":"people"}}',
        done("create", "/drafts/1/signers", "name=x", "--type", "people", "--dry-run"):match "\n\n(.*)\n$")
    end)

    it("waits for a job", function()
      local jobs = command.new { HARNEST_URL = sb:copy("answer/accepted", "job/0.01"), HARNEST_TOKEN = sb.token }
      local result = jobs:run("create", "drafts", "title=late")
      assert.same({ 0, "" }, { result.status, result.stderr })
      assert.equal("late", harnest.decode(result.stdout).attributes.title)
      jobs:close()
    end)

    it("that may have been done has status 9", function()
      raw:play { { { reset = true } } }
      local result = at_raw:run("create", "things", "a=1", "--retries", "0")
      assert.same({ 9, "" }, { result.status, result.stdout })
      assert.equal(1, #raw:requests())
    end)
  end)

  describe("update", function()
    it("changes what is given only", function()
      local id = new_draft("note=stays", "-r", "owner=people/3")
      local text = done("update", "drafts", id, "title=new", "-r", "owner=")
      local resource = harnest.decode(text)
      assert.same({ "new", "stays" }, { resource.attributes.title, resource.attributes.note })
      assert.equal(harnest.null, resource.relationships.owner.data)
      done("update", "/drafts/" .. id, "note:=null")
      assert.equal(harnest.null, assert(api:get("drafts", id)).attributes.note)
    end)

    it("with --if-match fails if the resource has changed", function()
      local id = new_draft()
      local etag = harnest.etag(assert(api:get("drafts", id)))
      done("update", "drafts", id, "title=y", "--if-match", etag)
      fails(5, "412 conflict", "update", "drafts", id, "title=z", "--if-match", etag)
      assert.equal("y", assert(api:get("drafts", id)).attributes.title)
    end)

    it("needs an id and something to change", function()
      fails(2, "ID: expected the id of a resource", "update", "drafts")
      fails(2, "FIELD: expected at least one field or option -r, got none", "update", "drafts", "1")
      fails(2, 'ID: expected the id of a resource before its fields, got "title=x"', "update", "drafts", "title=x")
      fails(2, "TYPE: expected a path that ends in TYPE/ID", "update", "/", "title=x")
    end)

    it("passes on what the server refuses", function()
      local id = new_draft()
      fails(6, "422 invalid", "update", "drafts", id, "titel=x")
      fails(3, "404 not_found", "update", "drafts", "99999", "title=x")
    end)

    it("without a resource in the response writes nothing", function()
      answer(204, "")
      assert.same({ status = 0, stdout = "", stderr = "" }, at_raw:run("update", "things", "1", "a=1"))
    end)
  end)

  describe("delete", function()
    it("deletes all ids, and goes on after one that is not there", function()
      local one, two = new_draft(), new_draft()
      fails(3, "404 not_found: DELETE drafts/99999", "delete", "drafts", one, "99999", two)
      assert.equal("not_found", select(2, api:get("drafts", one)).kind)
      assert.equal("not_found", select(2, api:get("drafts", two)).kind)
    end)

    it("takes paths", function()
      local one, two = new_draft(), new_draft()
      assert.equal("", done("delete", "/drafts/" .. one, "/drafts/" .. two))
      fails(3, "404 not_found", "get", "drafts", two)
    end)

    it("stops at an error that the next one would have, too", function()
      answer(401, "")
      local result = at_raw:run("delete", "things", "1", "2")
      assert.equal(4, result.status)
      assert.equal("/things/1", raw:requests()[1].path)
      assert.is_nil(raw:requests()[2])
    end)

    it("needs an id, and one only with a condition", function()
      fails(2, "ID: expected at least one id", "delete", "drafts")
      fails(2, "option --if-match: expected with one resource only, got 2", "delete", "drafts", "1", "2", "--if-match",
        "x")
    end)
  end)

  describe("link, unlink and replace", function()
    local function signers_of(id)
      local ids = {}
      for i, person in ipairs(assert(api:get("drafts", id)).relationships.signers.data) do ids[i] = person.id end
      return table.concat(ids, " ")
    end

    it("change a list", function()
      local id = new_draft()
      assert.equal("5\n6\n", done("link", "drafts", id, "signers", "people/5", "people/6", "-o", "ids"))
      assert.equal('{"type":"people","id":"6"}\n', done("unlink", "/drafts/" .. id, "signers", "people/5", "-o",
        "ndjson"))
      done("replace", "drafts", id, "signers", "people/7", "people/8")
      assert.equal("7 8", signers_of(id))
      done("replace", "drafts", id, "signers", "people/9", "--many")
      assert.equal("9", signers_of(id))
      done("replace", "drafts", id, "signers", "people/10,")
      assert.equal("10", signers_of(id))
      assert.equal("[]\n", done("replace", "drafts", id, "signers", "--many"))
      assert.equal("", signers_of(id))
    end)

    it("set a relationship to one resource, and to none", function()
      local id = new_draft()
      assert.equal("3\n", done("replace", "drafts", id, "owner", "people/3", "-o", "ids"))
      assert.equal("", done("replace", "drafts", id, "owner"))
      assert.equal(harnest.null, assert(api:get("drafts", id)).relationships.owner.data)
    end)

    it("name what is missing", function()
      fails(2, "NAME: expected the name of a relationship", "link", "drafts", "1")
      fails(2, "TYPE/ID: expected at least one resource", "link", "drafts", "1", "signers")
      fails(2, 'TYPE/ID: expected TYPE/ID, such as people/3, got "5"', "unlink", "drafts", "1", "signers", "5")
      fails(6, "422 invalid", "replace", "drafts", new_draft(), "signers", "people/5")
    end)
  end)

  describe("request", function()
    it("sends a body from an argument, a file and standard input", function()
      answer(200, '{"meta":{"a":1}}')
      local body = '{"data":{"type":"things","attributes":{"a":1}}}'
      local path = at_raw:file("body.json", body .. "\n")
      local result = at_raw:run("request", "post", "/things/1/send", "-d", body, "-H", "X-One: 1", "--param", "a=b")
      assert.same({ status = 0, stderr = "", stdout = '{\n  "meta": {\n    "a": 1\n  }\n}\n' }, result)
      at_raw:run("request", "POST", "/things", "-d", "@" .. path)
      at_raw:run_in({ after = "<" .. path }, "request", "POST", "/things", "-d", "-")
      at_raw:run_in({ after = "<" .. path }, "request", "POST", "/things", "-d", "@-")
      at_raw:run("request", "DELETE", "/things/1")
      local requests = raw:requests(5)
      assert.equal("/things/1/send?a=b", requests[1].path)
      assert.equal("1", requests[1].headers["x-one"])
      for i = 1, 4 do
        assert.equal("POST", requests[i].method)
        assert.same(harnest.decode(body), harnest.decode(requests[i].body))
      end
      assert.same({ "DELETE", "" }, { requests[5].method, requests[5].body or "" })
    end)

    it("writes the server's bytes with -o raw, which other writes do not have", function()
      answer(200, '{ "meta": {"b":1, "a":2} }')
      assert.same({ status = 0, stderr = "", stdout = '{ "meta": {"b":1, "a":2} }' },
        at_raw:run("request", "POST", "/things", "-o", "raw"))
      raw:reset()
      assert.equal(2, at_raw:run("create", "things", "a=1", "-o", "raw").status)
      assert.equal(2, at_raw:run("link", "things", "1", "b", "c/1", "-o", "raw").status)
      assert.equal(0, #raw:requests())
    end)

    it("names a wrong body or header", function()
      fails(2, "option -d: expected JSON: ", "request", "POST", "/x", "-d", "{")
      fails(2, "option -d: expected a JSON object, got 3", "request", "POST", "/x", "-d", "3")
      fails(2, 'option -H: expected NAME:VALUE, got "x"', "request", "POST", "/x", "-H", "x")
      fails(3, "404 not_found", "request", "GET", "/drafts/99999")
    end)
  end)

  describe("--dry-run and --curl", function()
    local commands = {
      { "list", "things", "--fields", "id,a", "-o", "csv" }, { "list", "things", "-o", "json" },
      { "get", "things", "1" }, { "count", "things" }, { "related", "things", "1", "owner" }, { "types" },
      { "describe", "things" }, { "create", "things", "a=1" }, { "update", "things", "1", "a=1" },
      { "delete", "things", "1", "2" }, { "link", "things", "1", "b", "c/1" }, { "unlink", "things", "1", "b", "c/1" },
      { "replace", "things", "1", "b" }, { "request", "PUT", "/x", "-d", "{}" },
      { "export", "things", "/does/not/exist/file.csv" },
    }

    it("send nothing, and show the request alone", function()
      for i, words in ipairs(commands) do
        local option = i % 2 == 0 and "--curl" or "--dry-run"
        words[#words + 1] = option
        local name = table.concat(words, " ")
        local result = at_raw:run((table.unpack or unpack)(words)) -- luacheck: ignore
        assert.same({ 0, "" }, { result.status, result.stderr }, name)
        assert.truthy(result.stdout:find(option == "--curl" and "^curl " or "^%u+ " .. raw.url), name)
        assert.is_nil(result.stdout:find("id,a", 1, true), name)
        assert.is_nil(result.stdout:find(TOKEN, 1, true), name)
      end
      assert.equal(0, #raw:connections())
    end)

    it("show each request", function()
      assert.equal([[
DELETE URL/things/1
accept: application/vnd.api+json
authorization: Bearer [token]

DELETE URL/things/2
accept: application/vnd.api+json
authorization: Bearer [token]
]], (at_raw:run("delete", "things", "1", "2", "--dry-run").stdout:gsub(raw.url, "URL")))
    end)

    it("exclude each other", function()
      assert.equal(2, at_raw:run("get", "things", "1", "--dry-run", "--curl").status)
    end)

    it("do not run token_command", function()
      local marker = at_raw.folder .. "/was-run"
      local run = "touch " .. marker .. "; echo x"
      at_raw:config(harnest.encode { profiles = { p = { url = raw.url, token_command = run } } })
      local result = at_raw:run("get", "things", "1", "--profile", "p", "--dry-run")
      os.remove(at_raw.folder .. "/harnest/config.json")
      assert.same({ 0, "" }, { result.status, result.stderr })
      assert.truthy(result.stdout:find("Bearer [token]", 1, true))
      assert.is_nil((io.open(marker)))
    end)

    it("say what is wrong before anything is shown", function()
      local result = at_raw:run("create", "things", "a", "--dry-run")
      assert.same({ 2, "" }, { result.status, result.stdout })
    end)

    it("print a command that a shell runs with the same effect", function()
      answer(201, '{"data":{"type":"things","id":"1"}}')
      local text = [[it's "quoted" $HOME `x` \ [token] ]] .. "\n@é"
      local words = { "create", "things", "title=" .. text, "--idempotency-key", "k'k" }
      at_raw:run((table.unpack or unpack)(words)) -- luacheck: ignore
      words[#words + 1] = "--curl"
      local curl = at_raw:run((table.unpack or unpack)(words)).stdout -- luacheck: ignore
      assert.truthy(curl:find('-H "authorization: Bearer $HARNEST_TOKEN"', 1, true), curl)
      local result = at_raw:run_shell(("HARNEST_TOKEN=%s; %s"):format(TOKEN, (curl:gsub("^curl", "curl -sS"))))
      assert.equal(0, result.status, result.stderr)
      local requests = raw:requests(2)
      assert.equal(text, harnest.decode(requests[1].body).data.attributes.title)
      assert.equal(2, #requests)
      assert.equal(requests[1].body, requests[2].body)
      for _, name in ipairs { "authorization", "content-type", "accept", "idempotency-key" } do
        assert.equal(requests[1].headers[name], requests[2].headers[name])
      end
    end)

    it("print variables for other secrets", function()
      at_raw:config(harnest.encode { profiles = { p = { url = raw.url, headers = { ["X-Api-Key"] = "hush" } } } })
      local curl = at_raw:run("get", "things", "1", "--profile", "p", "--curl").stdout
      os.remove(at_raw.folder .. "/harnest/config.json")
      assert.truthy(curl:find('-H "x-api-key: $X_API_KEY"', 1, true), curl)
      assert.is_nil(curl:find "hush")
    end)
  end)
end)

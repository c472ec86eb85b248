-- harnest sync: the smallest changes that make the server's resources equal to a file.

if _VERSION ~= "Lua 5.4" then return end -- the command's Lua

local harnest = require "harnest"
local import_fixture = require "spec.support.import_fixture"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"
local size = require "spec.support.size"
local text_file = require "spec.support.text_file"

local read, lines_of = text_file.read, text_file.lines
local sb = sandbox.get()

describe("harnest sync #process", function()
  local at = import_fixture(setup, before_each, after_each, teardown)

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

  it("changes nothing if the file has what the server has, in each format #slow", function()
    local few, count = size("people", "contracts"), size(120, 2000)
    for name, kind in pairs { ndjson = few, json = few, csv = "contracts", tsv = few } do
      local target = at.here.folder .. "/" .. kind .. "." .. name
      at.here:run("export", kind, target, "--page-size", "500")
      sb:mark()
      local result = at.here:run("sync", kind, target, "--page-size", "500", "--delete")
      local equal = ("harnest: 0 to change, %d equal\n"):format(kind == few and count or 2000)
      assert.same({ status = 0, stdout = "", stderr = equal }, result)
      assert.equal("", writes())
    end
  end)

  it("makes the smallest changes", function()
    local target = at.here.folder .. "/companies.ndjson"
    at.here:run("export", "companies", target)
    local lines = lines_of(read(target))
    lines[5] = '{"id":"5","name":"New name"}'
    table.remove(lines, 3)
    lines[#lines + 1] = '{"name":"Added"}'
    local input = at.here:file("in.ndjson", table.concat(lines, "\n") .. "\n")
    sb:mark()
    local shown = at.here:run("sync", "companies", input, "--dry-run", "--delete")
    assert.equal("harnest: 3 to change, 38 equal\n", shown.stderr)
    assert.truthy(shown.stdout:find('{"data":{"attributes":{"name":"New name"},"id":"5","type":"companies"}}\n', 1,
      true))
    assert.equal("", writes())
    local result = at.here:run("sync", "companies", input)
    assert.same({ 0, "harnest: 2 to change, 38 equal, 1 only on the server; --delete deletes them\n" },
      { result.status, result.stderr })
    assert.equal("PATCH companies/5, POST companies", writes())
    assert.equal("New name", assert(at.api:get("companies", 5)).attributes.name)
    assert.truthy(at.api:get("companies", 3))
    lines[#lines] = nil
    at.here:file("in.ndjson", table.concat(lines, "\n") .. "\n")
    result = at.here:run("sync", "companies", input, "--delete")
    assert.equal('{"id":"3","result":"deleted"}\n{"id":"41","result":"deleted"}\n', result.stdout)
    assert.equal(39, at.api:count "companies")
  end)

  it("takes numbers, nulls and parts of objects from CSV", function()
    local draft = assert(at.api:create("drafts", { attributes = { title = "x", amount = 1.5, note = "n",
      details = { a = 1, b = "y" } } }))
    local input = at.here:file("in.csv", "id,amount,note,details.a\n" .. draft.id .. ",2.5,,3\n")
    local result = at.here:run("sync", "drafts", input)
    assert.equal(0, result.status, result.stdout)
    local attributes = assert(at.api:get("drafts", draft.id)).attributes
    assert.same({ "x", 2.5, harnest.null, { a = 3, b = "y" } }, { attributes.title, attributes.amount,
      attributes.note, attributes.details })
  end)

  it("does nothing if the file or a page is wrong", function()
    sb:mark()
    for expected, text in pairs {
      ["FILE: line 2: expected a JSON object"] = '{"id":"1","name":"x"}\nnonsense\n',
      ["FILE: line 2: the id 1 is in line 1 already"] = '{"id":"1","name":"x"}\n{"id":"1","name":"y"}\n',
      ["expected resources, got none; --delete would delete everything"] = "\n",
      ["expected resources with ids, got 2 without; --delete would delete everything"] = '{"name":"x"}\n{"name":"y"}\n',
      ['type: expected "companies", got "people"'] = '{"id":"1","type":"people","attributes":{}}\n',
    } do
      local result = at.here:run("sync", "companies", at.here:file("in.ndjson", text), "--delete")
      assert.same({ 2, "" }, { result.status, result.stdout })
      assert.truthy(result.stderr:find(expected, 1, true), result.stderr)
    end
    local wrong = at.here:file("in.json", '[{"id":"2"},{"id":"1","relationships":{"owner":{"data":3}}}]')
    local refused = at.here:run("sync", "companies", wrong)
    assert.equal(2, refused.status)
    assert.matches("^harnest: FILE: resource 2: .*owner", refused.stderr)
    local twice = at.here:file("in.json", '[{"id":"1","name":"x"},{"id":"1","name":"y"}]')
    assert.equal("harnest: FILE: resource 2: the id 1 is in resource 1 already\n",
      at.here:run("sync", "companies", twice).stderr)
    local page = '{"data":[{"type":"things","id":"1","attributes":{"name":"x"}}],"links":{"next":"/things?page=2"}}'
    at.raw:play {
      { match = "GET /things", rawserver.response(200, {}, page) },
      { match = "GET /things?page=2", rawserver.response(500, {}, "") },
    }
    local input = at.at_raw:file("x.ndjson", '{"id":"1","name":"changed"}\n')
    assert.equal(1, at.at_raw:run("sync", "things", input, "--delete").status)
    assert.equal(2, #at.raw:requests())
    assert.equal("", writes())
  end)

  it("has the status of the changes that failed, and makes the others", function()
    local input = at.here:file("in.ndjson", '{"id":"1","name":1}\n{"id":"2","name":"New"}\n')
    local result = at.here:run("sync", "companies", input)
    assert.equal(6, result.status)
    assert.matches("1 of 2 changes failed; the output says why\n$", result.stderr)
    assert.equal("New", assert(at.api:get("companies", 2)).attributes.name)
  end)

  it("makes the other changes if the library refuses one", function()
    local input = at.here:file("in.json", '[{"id":"1","attributes":{"id":"9"}},{"id":"2","name":"New"}]')
    local result = at.here:run("sync", "companies", input)
    assert.same({ 1, "input" }, { result.status, harnest.decode(lines_of(result.stdout)[1]).error.kind })
    assert.equal("New", assert(at.api:get("companies", 2)).attributes.name)
    result = at.here:run("sync", "companies", input, "--dry-run")
    assert.matches("^harnest: FILE: resource 1: attributes.id: reserved name", result.stderr)
  end)

  it("says what was done if its results cannot be written", function()
    local input = at.here:file("in.ndjson", '{"id":"1","name":"New"}\n{"id":"2","name":"New"}\n')
    local result = at.here:run_in({ after = ">/dev/full" }, "sync", "companies", input)
    assert.same({ 1, 'harnest: not in the output: {"id":"1","line":1,"result":"updated"}\n'
      .. "harnest: changes done: 1, failed: 0\nharnest: cannot write the output: No space left on device\n" },
      { result.status, result.stderr })
  end)
end)

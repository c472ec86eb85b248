-- harnest.busted: cassettes named by the tests, in a busted of its own.

local new_fixture = require "spec.support.cassette_fixture"
local text_file = require "spec.support.text_file"

local ANSWER = '{"data":{"type":"t","id":"1","attributes":{"n":1}}}'

describe("harnest.busted", function()
  local fixture = new_fixture(setup, before_each, after_each, teardown)
  local raw = fixture.raw

  -- Runs busted over a spec file with this text, in the folder of the fixture. Returns its output.
  local function run(text, environment)
    local path = fixture.folder .. "/some_spec.lua"
    text_file.write(path, text)
    local busted = os.getenv "BUSTED" or "$(command -v busted)"
    local process = io.popen(("env -u HARNEST_TOKEN URL='%s' DIR='%s/cassettes' %s %s %s -o TAP '%s' 2>&1"):format(
      raw.url, fixture.folder, environment or "", os.getenv "LUA" or "lua5.4", busted, path))
    local printed = process:read "*a"
    process:close()
    return printed
  end

  local function cassette(name)
    return text_file.read(fixture.folder .. "/cassettes/" .. name .. ".json")
  end

  local passing = [[
    require("harnest.busted").use { directory = os.getenv "DIR" }
    local harnest = require "harnest"
    describe("a report: (daily)", function()
      it("gets one", function()
        local api = harnest.new { url = os.getenv "URL", retries = 0 }
        assert.equal("1", api:get("t", 1).id)
        assert.equal(require("harnest.busted").path(), api:cassette_report().path)
      end)
      it("needs none", function() end)
      it("fails", function()
        local api = harnest.new { url = os.getenv "URL", retries = 0 }
        assert.equal("2", api:get("t", 2).id)
      end)
    end)]]

  it("records a test that passes, and plays it then; a test that fails records nothing", function()
    raw:play { { times = 3, raw.response(200, {}, ANSWER) } }
    local printed = run(passing)
    assert.truthy(printed:find("ok 1 - a report: (daily) gets one", 1, true), printed)
    assert.truthy(printed:find("not ok 3 - a report: (daily) fails", 1, true), printed)
    assert.truthy(cassette "a_report_daily/gets_one")
    assert.is_nil(cassette "a_report_daily/needs_none")
    assert.is_nil(cassette "a_report_daily/fails")
    assert.equal(2, #raw:requests())
    printed = run(passing)
    assert.truthy(printed:find("ok 1 - a report: (daily) gets one", 1, true), printed)
    assert.equal(3, #raw:requests()) -- the failing test again
  end)

  it("fails without a cassette where the environment says replay", function()
    local printed = run(passing, "HARNEST_CASSETTE_MODE=replay")
    assert.truthy(printed:find("not ok 1", 1, true), printed)
    assert.truthy(printed:find("/cassettes/a_report_daily/gets_one.json: No such file or directory "
      .. '(cassette_mode is "replay")', 1, true), printed)
    assert.equal(0, #raw:requests())
  end)

  it("fails a test in whose mode check the server's responses differ", function()
    raw:play { { times = 2, raw.response(200, {}, ANSWER) } }
    run(passing)
    raw:reset()
    raw:play { { times = 2, raw.response(200, {}, (ANSWER:gsub('"n":1', '"n":"1"'))) } }
    local printed = run(passing, "HARNEST_CASSETTE_MODE=check")
    assert.truthy(printed:find("interactions[0], GET t/1: data.attributes.n was number, is string", 1, true), printed)
  end)

  it("refuses clients of before_each, and decides at the end of a test what is written", function()
    raw:play { { times = 9, raw.response(200, {}, ANSWER) } }
    local text = [[
      require("harnest.busted").use { directory = os.getenv "DIR" }
      local harnest = require "harnest"
      local function get()
        local api = harnest.new { url = os.getenv "URL", retries = 0 }
        api:get("t", 1)
        api:close()
      end
      describe("two", function()
        before_each(function() pcall(get) end)
        it("clients", function()
          get()
          collectgarbage()
          get()
        end)
        it("fails late", function()
          get()
          error "a fault"
        end)
        it("sends nothing", function() harnest.new { url = os.getenv "URL" } end)
      end)
      describe("early", function()
        before_each(function() get() end)
        it("is refused", function() end)
      end)]]
    local printed = run(text)
    assert.truthy(printed:find("expected a client that a test makes, got one of before_each, setup or a file", 1, true),
      printed)
    assert.equal(3, #raw:requests())
    assert.equal(2, select(2, cassette "two/clients":gsub('"request"', "")))
    assert.is_nil(cassette "two/fails_late")
    assert.truthy(cassette "two/sends_nothing")
    printed = run(text, "HARNEST_CASSETTE_MODE=replay")
    assert.truthy(printed:find("\nok 1 - two clients", 1, true) or printed:find("^ok 1 %- two clients"), printed)
    assert.truthy(printed:find("ok 3 - two sends nothing", 1, true), printed)
    assert.equal(3, #raw:requests())
  end)

  it("refuses two tests with one cassette, and wrong options", function()
    local printed = run [[
      local cassettes = require "harnest.busted"
      cassettes.use { directory = os.getenv "DIR" }
      it("a b", function() end)
      it("a-b", function() end)
      it("a+b", function() end)
      it("options", function()
        print(pcall(cassettes.use, 7))
        print(pcall(cassettes.use, { path = "x" }))
        print(pcall(cassettes.use, { directory = 5 }))
        print(pcall(cassettes.use, { filtre = print }))
      end)]]
    assert.truthy(printed:find('the tests "a b (' .. fixture.folder .. '/some_spec.lua)" and "a+b (' .. fixture.folder
      .. '/some_spec.lua)" have the same cassette', 1, true), printed)
    assert.truthy(printed:find("harnest.busted.use: expected a table of options, got a number", 1, true), printed)
    assert.truthy(printed:find("harnest.busted.use: the path is named by the test; set directory", 1, true), printed)
    assert.truthy(printed:find("harnest.busted.use: directory: expected a path, got 5", 1, true), printed)
    assert.truthy(printed:find("harnest.busted.use: filtre: unknown; did you mean filter?", 1, true), printed)
  end)
end)

-- docs/SPEC.md, G: query parameters.

local exchange = require "spec.support.exchange"
local harnest = require "harnest"
local lists = require "spec.support.lists"
local usage_error = require "spec.support.usage_error"

describe("a query", function()
  local x = exchange.hook(setup, before_each, teardown)
  local real

  setup(function() real = lists.client() end)
  teardown(function() real:close() end)

  -- The query of the requested URL
  local function asked(...)
    x:answer(200, '{"data":[]}')
    assert(x.api:all("things", ...))
    return x:sent().path:match "%?(.*)$"
  end

  it("[45] has a separate parameter for each name in brackets", function()
    assert.equal("fields%5Ba%5D=x&fields%5Bb%5D=y&filter%5Bc%5D%5Bd%5D=1&filter%5Bc%5D%5Be%5D=2"
      .. "&page%5Bnumber%5D=3&page%5Bsize%5D=4",
      asked { fields = { a = "x", b = "y" }, filter = { c = { d = 1, e = 2 } }, page = { number = 3, size = 4 } })
  end)

  it("[46] is form-urlencoded, including names; a plus sign and a space differ", function()
    assert.equal("filter%5Ba%20b%5D=1%2B1%20%26%202%3D%C3%A9%25%23",
      asked { filter = { ["a b"] = "1+1 & 2=é%#" } })
    assert.equal("a%5Bb%5D%5B%5D=c%2Bd", asked { params = { ["a[b][]"] = "c+d" } })
    for _, contract in ipairs(assert(real:all("contracts", { filter = { title = "1 7" }, page = { size = 5 } }))) do
      assert.truthy(contract.attributes.title:find("1 7", 1, true))
    end
  end)

  it("[46] of a link is not changed", function()
    local link = "/api/things?page[cursor]=a+b%2Bc,d&x"
    x:answer(200, '{"data":[{"type":"things","id":"1"}],"links":{"next":"' .. link .. '"}}')
    x:answer(200, '{"data":[],"links":{"next":null}}')
    assert(x.api:all "things")
    assert.equal(link, x:sent().path)
  end)

  it("[47] has custom parameters only in params", function()
    for _, name in ipairs { "camelCase", "per_page", "q2", "version:id", "x-y", "lang" } do
      assert.truthy(usage_error(harnest.query, { [name] = "1" }):find(name, 1, true))
      assert.equal((name:gsub(":", "%%3A")) .. "=1", asked { params = { [name] = "1" } })
    end
    assert.equal(6, x:count())
  end)

  describe("requests nothing implicitly:", function()
    it("[48] without a query the URL has none", function()
      assert.is_nil(asked())
      assert.is_nil(asked {})
      assert.is_nil(asked { filter = {}, sort = {}, fields = {}, page = {}, params = {}, limit = 5 })
      for _, call in ipairs {
        function() return x.api:get("things", 1) end,
        function() return x.api:first "things" end,
        function() return x.api:count "things" end,
        function() return x.api:create("things", {}) end,
        function() return x.api:update("things", 1, {}) end,
        function() return x.api:delete("things", 1) end,
        function() return x.api:relationship("things", 1, "many"):get() end,
        function() return x.api:related({ type = "things", id = "1" }, "one") end,
      } do
        x:reset()
        x:answer(200, '{"data":null}')
        call()
        assert.is_nil(x:sent(1).path:find("?", 1, true))
      end
    end)

    it("[48] a refused page that was only predicted ends the list", function()
      x:answer(200, '{"data":[{"type":"things","id":"1"}]}')
      x:answer(400, '{"errors":[{"source":{"parameter":"page[number]"}}]}')
      assert.equal(1, #assert(x.api:all "things"))
    end)

    it("[48] a refused parameter is reported", function()
      local all, err = real:all("contracts", { params = { unheard = "of" } })
      assert.is_nil(all)
      assert.equal("bad_request", err.kind)
      assert.equal("unheard", err.errors[1].source.parameter)
      assert.truthy(err.message:find("(parameter unheard)", 1, true), err.message)
    end)
  end)

  describe("includes", function()
    it("[49] paths with dots, separated by commas, or an empty list, which differs from no "
      .. "include", function()
      assert.equal("include=owner,signers.company", asked { include = { "owner", "signers.company" } })
      assert.equal("include=owner,signers.company", asked { include = "owner,signers.company" })
      assert.equal("include=", asked { include = "" })
      assert.equal("include=", asked { include = {} })
      assert.is_nil(asked {})
    end)

    it("[49] resources for relationship URLs and writes", function()
      local calls = {
        ["GET /api/things/1?include=one"] = function(q) return x.api:get("things", 1, q) end,
        ["GET /api/things/1/relationships/one?include=one"] = function(q)
          return x.api:relationship("things", 1, "one"):get(q)
        end,
        ["GET /api/things/1/one?include=one"] = function(q)
          return x.api:related({ type = "things", id = "1" }, "one", q)
        end,
        ["POST /api/things?include=one"] = function(q) return x.api:create("things", {}, q) end,
        ["PATCH /api/things/1?include=one"] = function(q) return x.api:update("things", 1, {}, q) end,
      }
      for expected, call in pairs(calls) do
        x:answer(200, '{"data":{"type":"things","id":"1","relationships":{"one":{"data":{"type":"b","id":"2"}}}},'
          .. '"included":[{"type":"b","id":"2","attributes":{"n":1}}]}')
        local thing = assert(call { include = "one" })
        assert.equal(expected, x:sent().method .. " " .. x:sent().path)
        assert.equal(1, thing:related("one").attributes.n)
      end
    end)

    it("[50] whatever the server sends, which may be nothing", function()
      local nobody = { include = "manager", filter = { name = "nobody is called so" } }
      local page = assert(real:pages("people", nobody):next())
      assert.same({}, page.included)
      assert.is_true(harnest.is_array(page.included))
      local person = assert(real:first("people", { include = "manager" }))
      assert.truthy(person.relationships.manager.data)
      x:answer(200, '{"data":{"type":"things","id":"1","relationships":{"one":{"data":{"type":"b","id":"2"}}}}}')
      local related, err = assert(x.api:get("things", 1, { include = "one" })):related "one"
      assert.is_nil(related)
      assert.equal("refused", err.kind)
    end)
  end)

  it("[51] has fields for each type, separated by commas, or none if the list is empty", function()
    assert.equal("fields%5Bpeople%5D=name&fields%5Bthings%5D=title,owner",
      asked { fields = { things = { "title", "owner" }, people = "name" } })
    assert.equal("fields%5Bthings%5D=", asked { fields = { things = {} } })
    assert.equal("fields%5Bthings%5D=", asked { fields = { things = "" } })
    local contract = assert(real:get("contracts", 7, { fields = { contracts = { "title", "owner" } } }))
    local names = {}
    for _, fields in ipairs { contract.attributes, contract.relationships } do
      for name in pairs(fields) do names[#names + 1] = name end
    end
    assert.same({ "title", "owner" }, names)
    contract = assert(real:get("contracts", 7, { fields = { contracts = {} } }))
    assert.is_nil(next(contract.attributes or {}))
    assert.is_nil(next(contract.relationships or {}))
  end)

  describe("sorts", function()
    it("[52] by names separated by commas, with a minus for descending and dots for "
      .. "paths", function()
      assert.equal("sort=-created,title,owner.name", asked { sort = { "-created", "title", "owner.name" } })
      assert.equal("sort=-created,title", asked { sort = "-created,title" })
      assert.is_nil(asked { sort = "" })
    end)

    it("[52] or gets the server's error; Harnest cannot sort descending, so nothing is "
      .. "sent", function()
      local all, err = real:all("contracts", { sort = "unheard" })
      assert.is_nil(all)
      assert.equal("bad_request", err.kind)
      assert.equal("sort", err.errors[1].source.parameter)
      local api = x:client { dialect = "harnest", token = "t" }
      for _, sort in ipairs { "-title", "title,-status", { "title", "-status" } } do
        all, err = api:all("contracts", { sort = sort })
        assert.is_nil(all)
        assert.equal("refused", err.kind)
        assert.truthy(err.message:find("ascending only", 1, true))
      end
      assert.equal(0, x:count())
    end)
  end)

  describe("has pages", function()
    it("[53] by the page family, with any keys", function()
      assert.equal("page%5Bsize%5D=50", asked { page = { size = 50 } })
      assert.equal("page%5Bafter%5D=x%3D%3D&page%5Blimit%5D=5&page%5Boffset%5D=0&page%5BunHeard%5D=of",
        asked { page = { after = "x==", limit = 5, offset = 0, unHeard = "of" } })
    end)

    it("[54] by the links first, last, prev and next, which are absent if missing or "
      .. "null", function()
      x:answer(200, '{"data":[{"type":"things","id":"1"}],"links":{"first":"/api/things","prev":null,'
        .. '"next":"/api/things?page=2","last":"/api/things?page=2"}}')
      x:answer(200, '{"data":[{"type":"things","id":"2"}],"links":{"first":"/api/things","prev":"/api/things",'
        .. '"last":"/api/things?page=2"}}')
      local pages = {}
      for page in x.api:pages "things" do pages[#pages + 1] = page end
      assert.equal(2, #pages)
      assert.equal(2, x:count())
      assert.equal(harnest.null, pages[1].links.prev)
      assert.equal("/api/things", pages[2].links.prev)
      assert.is_nil(pages[2].links.next)
      assert.equal(2, pages[1].last)
    end)

    it("[54] and ignores a link named previous", function()
      x:answer(200, '{"data":[{"type":"things","id":"1"}],"links":{"previous":"/api/things?page=0"}}')
      x:answer(200, '{"data":[]}')
      assert.equal(1, #assert(x.api:all "things"))
      -- predicted, as without pagination links
      assert.equal("/api/things?page%5Bnumber%5D=2", x:sent().path)
    end)
  end)

  it("[55] filters by the filter family, with values unchanged", function()
    local filter = {
      title = "a:b|c>d(e)'f'\"g*", owner = { ["eq.not"] = "!x" }, open = true, size = 1.5, id = { 1, 2 },
    }
    x:answer(200, '{"data":[]}')
    assert(x.api:all("things", { filter = filter }))
    local values = {}
    for name, value in x:sent().path:gmatch "[?&]([^=]+)=([^&]*)" do
      local function plain(text)
        return (text:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
      end
      values[plain(name)] = plain(value)
    end
    assert.same({ ["filter[title]"] = filter.title, ["filter[owner][eq.not]"] = "!x", ["filter[open]"] = "true",
      ["filter[size]"] = "1.5", ["filter[id]"] = "1,2" }, values)
  end)

  it("[56] rejects a value with a comma in a list, and sends it as a single value", function()
    assert.truthy(usage_error(x.api.all, x.api, "things", { filter = { name = { "a", "b,c" } } })
      :find("filter.name[2]: value contains a comma, which separates list items; pass it in params", 1, true))
    for _, family in ipairs { "sort", "include" } do
      assert.truthy(usage_error(x.api.all, x.api, "things",
        { [family] = { "a", "b,c" } }):find("comma", 1, true))
    end
    assert.truthy(usage_error(x.api.all, x.api, "things",
      { fields = { things = { "b,c" } } }):find("comma", 1, true))
    assert.equal(0, x:count())
    assert.equal("filter%5Bname%5D=b%2Cc", asked { filter = { name = "b,c" } })
  end)
end)

-- api:count: by the total if the server states one, else by large pages without fields.

local harnest = require "harnest"
local clients = require "spec.support.clients"
local lists = require "spec.support.lists"
local sandbox = require "spec.support.sandbox"
local size = require "spec.support.size"

local sb = sandbox.get()

local group = clients(function(raw)
  return { url = raw.url, token = false, dialect = "jsonapi", retries = 0 }
end)

-- The document of a page with the resources from one number to another, and further members
local function document(first, last, more)
  local resources = {}
  for id = first, last do
    local even = tostring(id % 2 == 0)
    resources[#resources + 1] = ('{"type":"things","id":"%d","attributes":{"even":%s}}'):format(id, even)
  end
  return ('{"data":[%s]%s}'):format(table.concat(resources, ","), more and "," .. more or "")
end

local function next_link(path)
  return ('"links":{"next":%s}'):format(path and '"' .. path .. '"' or "null")
end

local LARGE = "/things?fields%5Bthings%5D=&page%5Bsize%5D=500"

describe("api:count", function()
  group:hook(setup, before_each, after_each, teardown)
  local raw = group.raw

  -- Plays one response for each request in order
  local function play(...)
    local scripts = {}
    for i, response in ipairs { ... } do scripts[i] = { response } end
    raw:play(scripts)
  end

  local function page(...)
    return raw.response(200, {}, document(...))
  end

  -- The first page, of two resources, of a list that goes on
  local function first_page()
    return page(1, 2, next_link "/things?page%5Bnumber%5D=2")
  end

  -- The paths of the requests so far
  local function paths()
    local found = {}
    for i, request in ipairs(raw:requests()) do found[i] = request.path end
    return found
  end

  it("returns one value, or nil and an error", function()
    play(page(1, 2, next_link()))
    assert.equal(1, select("#", group:add():count "things"))
    play(first_page(), page(1, 3, next_link()))
    assert.equal(1, select("#", group:add():count "things"))
    play(raw.response(404, {}, "{}"))
    assert.equal(2, select("#", group:add():count "things"))
  end)

  describe("over the sandbox", function()
    local function counted(dialect, url, ...)
      local api = harnest.new { url = url, token = sb.token, dialect = dialect }
      local count = assert(api:count(...))
      local requests = api:stats().requests
      api:close()
      return { count, requests }
    end

    it("needs few requests for a large list #slow", function()
      for _, dialect in ipairs(size({ "harnest" }, { "harnest", "jsonapi" })) do
        assert.same({ 100000, 202 }, counted(dialect, sb.url, "bulk"))
      end
      assert.same({ 1234, 4 }, counted("harnest", sb.url, "bulk", { limit = 1234 }))
    end)

    it("needs no more of them than pages of the usual size for a small list", function()
      assert.same({ 40, 2 }, counted("harnest", sb.url, "companies"))
      assert.same({ 12, 1 }, counted("harnest", sb.url, "companies", { limit = 12 }))
      assert.same({ 25, 2 }, counted("harnest", sb.url, "companies", { limit = 25 }))
    end)

    it("counts right if the server grants smaller pages", function()
      assert.same({ 2000, 1 + 1 + 41 }, counted("jsonapi", sb:at "max/50", "contracts"))
      assert.same({ 40, 4 }, counted("jsonapi", sb:at "max/50", "companies"))
    end)

    it("counts what `exact` and a filter leave", function()
      local query = { filter = { status = 1 }, exact = true, include = "owner" }
      local count = 0
      local api = harnest.new { url = sb.url, token = sb.token, dialect = "harnest" }
      for _ in api:list("contracts", query, { page = { size = 500 } }) do count = count + 1 end
      api:close()
      assert.is_true(count > 0)
      assert.same({ count, 3 }, counted("harnest", sb.url, "contracts", query))
      assert.equal(count, counted("jsonapi", sb.url, "contracts", query)[1])
    end)
  end)

  it("asks for the first page only, as the script asks, if that states the total", function()
    play(page(1, 2, '"meta":{"total":70000},' .. next_link "/things?page%5Bnumber%5D=2"))
    assert.equal(70000, group:open():count("things", { include = "owner" }))
    assert.same({ "/things?include=owner" }, paths())
  end)

  it("asks for one page if there is no other one", function()
    play(page(1, 2, next_link(nil)))
    assert.equal(2, group:open():count "things")
    assert.same({ "/things" }, paths())
  end)

  it("asks for large pages without fields and includes, and follows their links", function()
    play(first_page(), page(1, 400, next_link "/things?p=2"), page(401, 700, next_link(nil)))
    assert.equal(700, group:open():count("things", { include = "owner", fields = { things = "even" }, sort = "x" }))
    assert.same({
      "/things?fields%5Bthings%5D=even&include=owner&sort=x",
      "/things?fields%5Bthings%5D=&sort=x&page%5Bsize%5D=500",
      "/things?p=2",
    }, paths())
  end)

  it("takes the total that only a large page states", function()
    play(first_page(), page(1, 3, '"meta":{"total":4000},' .. next_link "/things?p=2"))
    assert.equal(4000, group:open():count "things")
    assert.equal(2, #raw:requests())
  end)

  it("asks by the parameter that the server uses", function()
    for next_path, parameter in pairs {
      ["/things?page%5Bnumber%5D=2&page%5Bsize%5D=2"] = "page%5Bsize%5D=500",
      ["/things?page%5Boffset%5D=2"] = "page%5Blimit%5D=500",
      ["/things?page%5Boffset%5D=2&page%5Bsize%5D=2"] = "page%5Bsize%5D=500",
      ["/things?page%5Bafter%5D=abc"] = "page%5Bsize%5D=500",
      ["/things?page=2&per_page=2"] = "per_page=500",
      ["/things?offset=2&limit=2"] = "limit=500",
    } do
      play(page(1, 2, next_link(next_path)), page(1, 3, next_link(nil)))
      local api = group:open()
      local before = #raw:requests()
      assert.equal(3, api:count "things")
      assert.equal("/things?fields%5Bthings%5D=&" .. parameter, paths()[before + 2])
      api:close()
    end
  end)

  it("does not ask for large pages if it does not know how, or the script or place selects pages", function()
    local cases = {
      { "/things?page=2", "things" },
      { "/things?cursor=abc", "things" },
      { "/things/second", "things" },
      { "/things?page%5Bnumber%5D=2&page%5Bsize%5D=2", "things", { page = { size = 2 } } },
      { "/things?page%5Bnumber%5D=2&page%5Bsize%5D=2", "things", { params = { ["page[size]"] = 2 } } },
      { "/things?page%5Bnumber%5D=4", "things", { page = { number = 3 } } },
      { "/things?page%5Bnumber%5D=2&page%5Bsize%5D=2", "/things?page[size]=2" },
    }
    for i, case in ipairs(cases) do
      play(page(1, 2, next_link(case[1])), page(3, 4, next_link(nil)))
      local api = group:open()
      local before = #raw:requests()
      assert.equal(4, api:count(case[2], case[3]), i)
      assert.equal(case[1], paths()[before + 2], i)
      api:close()
    end
  end)

  it("keeps fields that the place selects, and asks for all fields if a type is no plain name", function()
    play(first_page(), page(1, 3, next_link(nil)))
    assert.equal(3, group:open():count "/things?fields[things]=even")
    assert.same("/things?fields[things]=even&page%5Bsize%5D=500", paths()[2])
    play(raw.response(200, {}, '{"data":[{"type":"a[b","id":"1"}],' .. next_link "/things?page[number]=2" .. "}"),
      page(1, 3, next_link(nil)))
    assert.equal(3, group:open():count "things")
    assert.same("/things?page%5Bsize%5D=500", paths()[4])
  end)

  it("asks for no larger page than the limit, and for none if the next page is enough", function()
    play(first_page(), page(1, 9, next_link "/things?p=2"))
    assert.equal(9, group:open():count("things", { limit = 9 }))
    assert.equal("/things?fields%5Bthings%5D=&page%5Bsize%5D=9", paths()[2])
    play(first_page(), page(3, 4, next_link "/things?page%5Bnumber%5D=3"))
    assert.equal(4, group:open():count("things", { limit = 4 }))
    assert.equal("/things?page%5Bnumber%5D=2", paths()[4])
    play(page(1, 2, '"meta":{"page":{"number":1,"last":2}},' .. next_link "/things?page%5Bnumber%5D=2"),
      page(3, 3, '"meta":{"page":{"number":2,"last":2}},' .. next_link(nil)))
    assert.equal(3, group:open():count "things")
    assert.equal("/things?page%5Bnumber%5D=2", paths()[6])
  end)

  it("goes on with the list's own pages if large ones are refused, and asks for these once", function()
    for _, status in ipairs { 400, 403, 404, 405, 409, 414, 422, 500, 501 } do
      play(first_page(), raw.response(status, {}, '{"errors":[{}]}'),
        page(3, 4, next_link "/things?page%5Bnumber%5D=3"), page(5, 5, next_link(nil)))
      local api = group:open()
      local before = #raw:requests()
      assert.equal(5, api:count "things", status)
      local requested = paths()
      assert.same({ "/things", LARGE, "/things?page%5Bnumber%5D=2", "/things?page%5Bnumber%5D=3" },
        { requested[before + 1], requested[before + 2], requested[before + 3], requested[before + 4] })
      api:close()
    end
  end)

  it("goes on with the list's own pages if a large one is none, is empty or has fewer resources", function()
    for i, large in ipairs {
      raw.response(200, {}, '{"data":[]}'), page(1, 1, next_link(nil)), raw.response(204, {}, ""),
      raw.response(200, { ["Content-Type"] = "text/html" }, "<html>"), page(1, 0, next_link "/things?p=2"),
    } do
      play(first_page(), large, page(3, 5, next_link(nil)))
      local api = group:open()
      assert.equal(5, api:count "things", i)
      assert.equal("/things?page%5Bnumber%5D=2", paths()[#paths()])
      api:close()
    end
  end)

  it("returns errors that another page would not avoid", function()
    for status, kind in pairs { [401] = "unauthorized", [429] = "rate_limited", [503] = "unavailable" } do
      play(first_page(), raw.response(status, {}, '{"errors":[{}]}'))
      local api = group:open()
      local before = #raw:requests()
      local count, err = api:count "things"
      assert.is_nil(count)
      assert.equal(kind, err.kind)
      assert.equal(before + 2, #raw:requests())
      api:close()
    end
  end)

  it("returns the error of a later page", function()
    play(first_page(), page(1, 3, next_link "/things?p=2"), raw.response(400, {}, '{"errors":[{}]}'))
    local count, err = group:open():count "things"
    assert.is_nil(count)
    assert.equal("bad_request", err.kind)
    assert.equal(3, #raw:requests())
  end)

  it("begins again by the granted size if the server neither grants the size nor states the next page", function()
    -- This server counts offsets by the size that was requested.
    play(page(1, 2), page(1, 3), page(1, 3), page(4, 6), page(7, 7))
    assert.equal(7, group:open():count "things")
    assert.same({
      "/things", LARGE, "/things?fields%5Bthings%5D=&page%5Bsize%5D=3",
      "/things?fields%5Bthings%5D=&page%5Bsize%5D=3&page%5Bnumber%5D=2",
      "/things?fields%5Bthings%5D=&page%5Bsize%5D=3&page%5Bnumber%5D=3",
    }, paths())
  end)

  it("goes on with the list's own pages if the granted size changes", function()
    play(page(1, 2), page(1, 4), page(1, 3), page(3, 4), page(5, 5))
    assert.equal(5, group:open():count "things")
    assert.equal("/things?page%5Bnumber%5D=3", paths()[5])
  end)

  it("keeps fields for `exact`, and uses large pages for it only if the server states the next page", function()
    local query = { filter = { even = true }, exact = true, fields = { things = "even" } }
    play(first_page(), page(1, 4, next_link "/things?p=2"), page(5, 6, next_link(nil)))
    assert.equal(3, group:open():count("things", query))
    assert.equal("/things?fields%5Bthings%5D=even&filter%5Beven%5D=true&page%5Bsize%5D=500", paths()[2])
    play(page(1, 2), page(3, 4), page(5, 5))
    assert.equal(2, group:open():count("things", query))
    assert.matches("page%%5Bnumber%%5D=2$", paths()[5])
  end)

  it("continues after a cursor by the list's own pages", function()
    play(first_page())
    local api = group:open()
    local list = api:list("things", { limit = 1 })
    list:next()
    local cursor = list:cursor()
    list:close()
    play(first_page(), page(3, 4, next_link(nil)))
    assert.equal(3, api:count("things", { after = cursor }))
    assert.equal("/things?page%5Bnumber%5D=2", paths()[3])
  end)

  it("has one deadline for all of its requests", function()
    raw:play { { { sleep = 0.7 }, first_page() }, { { sleep = 0.7 }, page(1, 3, next_link(nil)) } }
    local api = group:open { deadline = 1 }
    local count, err = api:count "things"
    assert.is_nil(count)
    assert.equal("timeout", err.kind)
  end)

  it("works with views", function()
    play(first_page(), page(1, 9, next_link(nil)))
    assert.equal(9, group:open():count("things", { view = true }))
    assert.equal(LARGE, paths()[2])
  end)
end)

describe("api:count of the sandbox's lists", function()
  local api
  lists.hook(before_each, after_each, function(opened) api = opened end)

  it("sends one request if the server states the total", function()
    local other = lists.client { url = sb:shape "laravel" }
    assert.equal(lists.CONTRACTS, other:count "contracts")
    assert.equal(400, other:count("contracts", { filter = { status = 1 } }))
    assert.equal(25, other:count("contracts", { limit = 25 }))
    assert.equal(0, other:count "empties")
    assert.equal(4, other:stats().requests)
    other:close()
  end)

  it("counts resources if it does not", function()
    assert.equal(40, api:count("companies", { page = { size = 25 } }))
    assert.equal(2, api:stats().requests)
    assert.equal(25, api:count("contracts", { limit = 25 }))
    assert.equal(4, api:stats().requests)
    assert.equal(0, api:count "empties")
    assert.equal(1, api:count "contracts/10/owner")
    assert.equal(0, api:count "contracts/10/company")
    if math.type then
      assert.equal("integer", math.type(api:count "empties"))
    end
  end)

  it("returns nil and an error", function()
    local count, err = api:count "nothing"
    assert.is_nil(count)
    assert.equal("not_found", err.kind)
  end)
end)

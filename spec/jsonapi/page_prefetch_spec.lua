-- Concurrent pages: `concurrency` in a query.

local harnest = require "harnest"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"

local PEOPLE, SIZE, PAGES = 120, 3, 40

local sb = sandbox.get()
local raw

local function client(url, more)
  local options = { url = url, token = sb.token, dialect = "jsonapi", retries = 0 }
  for name, value in pairs(more or {}) do
    options[name] = value
  end
  return harnest.new(options)
end

-- Lists to the end. Returns the ids, and the error if there was one
local function walk(api, target, query)
  local ids, list = {}, api:list(target, query)
  while true do
    local resource, err = list:next()
    if resource == nil then
      return ids, err
    end
    ids[#ids + 1] = resource.id
  end
end

local function page_query(shape, size, concurrency)
  if shape == "laravel-raw" then
    return { params = { per_page = size }, concurrency = concurrency }
  end
  local by_offset = { ["django-offset"] = 1, ["resources-offset"] = 1, crnk = 1, kitsu = 1, drupal = 1 }
  return { page = { [by_offset[shape] and "limit" or "size"] = size }, concurrency = concurrency }
end

local function connections(target)
  local count, known = 0, {}
  for _, request in ipairs(sb:requests(target)) do
    count = count + (known[request.connection] and 0 or 1)
    known[request.connection] = true
  end
  return count
end

describe("concurrency", function()
  setup(function() raw = rawserver.start() end)
  before_each(function()
    raw:reset()
    sb:mark()
  end)
  teardown(function() raw:stop() end)

  -- Shapes that state the last page
  for _, shape in ipairs {
    "links", "links-relative", "links-query", "links-object", "links-null", "laravel", "laravel-raw", "meta-camel",
    "meta-page", "meta-page-snake", "meta-page-dash", "django", "django-offset", "terraform", "stas", "productive",
    "resources-count", "resources-offset", "jadnc", "elide", "graphiti", "zero-based", "crnk", "kitsu", "drupal",
    "link-header",
  } do
    it("requests pages concurrently in the shape " .. shape, function()
      local api = client(sb:at("shape", shape, "delay", 0.01))
      local ids, err = walk(api, "people", page_query(shape, SIZE, 5))
      assert.is_nil(err and tostring(err))
      assert.equal(PEOPLE, #ids)
      for i, id in ipairs(ids) do
        assert.equal(tostring(i), id)
      end
      assert.equal(PAGES, #sb:requests "people")
      assert.equal(5, connections "people")
      api:close()
    end)
  end

  -- Shapes that do not, or that are unusable or wrong: the result must be the same as with one page
  -- at a time
  for _, shape in ipairs {
    "none", "links-next-only", "laravel-simple", "laravel-cursor", "laravel-cursor-meta-only", "next-number-only",
    "cursor-profile", "ignores-page", "unpaged", "http-next", "other-host", "loop-abab", "loop-self", "empty-middle",
    "short-middle", "no-data",
  } do
    it("changes nothing in the shape " .. shape, function()
      local api = client(sb:at("shape", shape))
      local ids, err = walk(api, "people", page_query(shape, SIZE, nil))
      local asked = #sb:requests "people"
      sb:mark()
      local same_ids, same_err = walk(api, "people", page_query(shape, SIZE, 5))
      assert.same(ids, same_ids)
      assert.equal(err and tostring(err), same_err and tostring(same_err))
      assert.is_true(#sb:requests "people" - asked <= 4, #sb:requests "people" .. " requests, not " .. asked)
      api:close()
    end)
  end

  it("requests no more pages than a limit needs", function()
    local api = client(sb:at("shape", "links"))
    for limit, requests in pairs { [1] = 1, [15] = 1, [16] = 2, [60] = 4, [61] = 5 } do
      sb:mark()
      assert.equal(limit, #assert(api:all("contracts", { page = { size = 15 }, limit = limit, concurrency = 4 })))
      assert.equal(requests, #sb:requests "contracts")
    end
    api:close()
  end)

  it("requests no more pages than exist", function()
    local api = client(sb:at("shape", "meta-page"))
    assert.equal(2000, #assert(api:all("contracts", { page = { size = 500 }, concurrency = 8 })))
    assert.equal(4, #sb:requests "contracts")
    api:close()
  end)

  it("is limited by max_connections", function()
    local api = client(sb:at("shape", "links", "delay", 0.02), { max_connections = 3 })
    assert.equal(2000, #assert(api:all("contracts", { page = { size = 100 }, concurrency = 1000 })))
    assert.equal(20, #sb:requests "contracts")
    assert.equal(3, connections "contracts")
    api:close()
  end)

  it("is limited by max_pages", function()
    local api = client(sb:at("shape", "links"), { max_pages = 5 })
    local ids, err = walk(api, "contracts", { page = { size = 15 }, concurrency = 8 })
    assert.equal(75, #ids)
    assert.equal("protocol", err.kind)
    assert.equal(5, #sb:requests "contracts")
    api:close()
  end)

  it("works with exact, after and pages", function()
    local api = client(sb:at("shape", "links"))
    local query = { filter = { title = "1" }, page = { size = 50 }, exact = true }
    local one = assert(api:all("contracts", query))
    assert.same(one, assert(api:all("contracts", query, { concurrency = 6 })))
    local list = api:list("contracts", { page = { size = 40 }, concurrency = 4 })
    for _ = 1, 100 do
      list:next()
    end
    local cursor = list:cursor()
    list:close()
    local rest = walk(api, "contracts", { after = cursor, concurrency = 4 })
    assert.equal(1900, #rest)
    assert.equal("101", rest[1])
    assert.equal("2000", rest[1900])
    local numbers = {}
    for page in api:pages("contracts", { page = { size = 500 }, concurrency = 4 }) do
      numbers[#numbers + 1] = page.number
    end
    assert.same({ 1, 2, 3, 4 }, numbers)
    api:close()
  end)

  it("is not used by count if the total is stated", function()
    local api = client(sb:at("shape", "laravel"))
    assert.equal(2000, api:count("contracts", { concurrency = 8 }))
    assert.equal(1, #sb:requests "contracts")
    api:close()
  end)

  it("cancels pending requests when the loop is left", function()
    local api = client(sb:at("shape", "links", "delay", 0.1))
    local list = api:list("contracts", { page = { size = 15 }, concurrency = 6 })
    assert.equal("1", list:next().id)
    assert.is_true(api:step(0) > 1)
    list:close()
    assert.equal(0, api:step(0))
    assert.equal("7", assert(api:get("contracts", 7)).id)
    api:close()
  end)

  it("raises the error of a failed page when the iterator reaches it", function()
    local function page(number)
      return { match = "GET /things?page%5Bnumber%5D=" .. number, times = math.huge, raw.response(200, {},
        ('{"data":[{"type":"things","id":"%d"}],"meta":{"page":{"currentPage":%d,"lastPage":6}}}'):format(
          number, number)) }
    end
    raw:play { page(2), page(3), page(5), page(6),
      { match = "GET /things?page%5Bnumber%5D=4", raw.response(500, {}, "") },
      { raw.response(200, {}, '{"data":[{"type":"things","id":"1"}],"meta":{"page":{"currentPage":1,"lastPage":6}}}') },
    }
    local api = client(raw.url)
    local ids, err = walk(api, "things", { concurrency = 6 })
    assert.same({ "1", "2", "3" }, ids)
    assert.equal(500, err.status)
    assert.equal(0, api:step(0))
    api:close()
  end)

  -- A list of six pages in which the second page links to the fifth
  local function play_leaps(spell)
    local scripts = {}
    for number, next_number in pairs { [2] = 5, [3] = 4, [4] = 5, [5] = 6, [6] = false } do
      scripts[#scripts + 1] = { match = ("GET /things?page%%5Bnumber%%5D=%d"):format(number), times = math.huge,
        raw.response(200, {}, ('{"data":[{"type":"things","id":"%d"}],"links":{%s"last":"/things?page[number]=6"}}')
          :format(number, next_number and ('"next":"%s",'):format(spell(next_number)) or "")) }
    end
    scripts[#scripts + 1] = { raw.response(200, {}, ('{"data":[{"type":"things","id":"1"}],"links":{"next":"%s",'
      .. '"last":"/things?page[number]=6"}}'):format(spell(2))) }
    raw:play(scripts)
  end

  it("follows the links of the pages rather than the predictions", function()
    play_leaps(function(number) return "/things?page%5Bnumber%5D=" .. number end)
    local api = client(raw.url)
    local ids, err = walk(api, "things", { concurrency = 4 })
    assert.is_nil(err and tostring(err))
    assert.same({ "1", "2", "5", "6" }, ids)
    assert.equal(0, api:step(0))
    api:close()
  end)

  it("matches a predicted page in any spelling of its link", function()
    for _, spelling in ipairs { "page[number]=", "page%5Bnumber%5D=", "page%5bnumber%5d=" } do
      raw:reset()
      for number = 1, 6 do
        local next_link = number < 6 and ('"next":"/things?%s%d",'):format(spelling, number + 1) or ""
        local asked = number == 1 and "" or number == 2 and "?" .. spelling .. 2 or "?page%5Bnumber%5D=" .. number
        raw:play { { match = "GET /things" .. asked, raw.response(200, {},
          ('{"data":[{"type":"things","id":"%d"}],"links":{%s"last":"/things?%s6"}}')
            :format(number, next_link, spelling)) } }
      end
      for number = 3, 6 do -- requested by the link itself
        raw:play { { match = ("GET /things?%s%d"):format(spelling, number), raw.response(500) } }
      end
      local api = client(raw.url)
      local ids, err = walk(api, "things", { concurrency = 8 })
      assert.is_nil(err and tostring(err))
      assert.same({ "1", "2", "3", "4", "5", "6" }, ids)
      assert.equal(6, api:stats().requests)
      api:close()
    end
  end)

  it("may be any positive integer", function()
    local api = client(sb.url)
    for _, wrong in ipairs { 0, -1, 1.5, "4", false } do
      local fine, message = pcall(api.list, api, "contracts", { concurrency = wrong })
      assert.is_false(fine)
      assert.matches("query.concurrency: expected a whole number from 1 to 9007199254740992, got", message, 1, true)
    end
    api:close()
  end)
end)

-- Page shapes: every way in which servers state the next page, and servers that state it wrongly.

local harnest = require "harnest"
local sandbox = require "spec.support.sandbox"

-- The archived contracts of status 1: 6, 21, 36, …, seven full pages of 19
local FILTER = { status = 1, archived = true }
local TOTAL = 133

local sb = sandbox.get()

local function client(url, more)
  local options = { url = url, token = sb.token, dialect = "jsonapi" }
  for name, value in pairs(more or {}) do
    options[name] = value
  end
  return harnest.new(options)
end

local function query(page, params)
  return { filter = FILTER, fields = { contracts = "status" }, page = page, params = params }
end

-- The pages of a listing as {number, last, total, size}, the error that ended it, and the resources
-- in order
local function walk(api, page, params)
  local places, resources = {}, {}
  local pages = api:pages("contracts", query(page, params))
  local err
  while true do
    local item
    item, err = pages:next()
    if not item then
      break
    end
    places[#places + 1] = { number = item.number, last = item.last, total = item.total, size = #item }
    for _, resource in ipairs(item.data) do
      resources[#resources + 1] = resource
    end
  end
  return places, err, resources
end

-- The number of expected resources received, each once and in order; raises at the first wrong one
local function in_order(resources)
  for i, resource in ipairs(resources) do
    assert.equal(tostring(15 * i - 9), resource.id)
  end
  return #resources
end

-- For each shape: how the page size is requested (`size`: in the family page, `parameter`: outside of
-- it), and which members of a page it states. `asked`:
-- the number of requests for pages of 19 and of 50, if it is more than the number of pages.
local by_offset = "limit"
local all = { total = true, last = true }
local shapes = {
  none = { asked = { 8, 3 } },
  links = { last = true },
  ["links-relative"] = { last = true },
  ["links-query"] = { last = true },
  ["links-object"] = { last = true },
  ["links-null"] = { last = true },
  ["links-next-only"] = {},
  laravel = all,
  ["laravel-simple"] = {},
  ["laravel-cursor"] = { unnumbered = true },
  ["laravel-cursor-meta-only"] = { unnumbered = true },
  ["laravel-raw"] = { total = true, last = true, parameter = "per_page" },
  ["laravel-meta-only"] = all,
  ["meta-camel"] = all,
  ["meta-page"] = all,
  ["meta-page-snake"] = all,
  ["meta-page-dash"] = all,
  ["laravel-json-api-cursor"] = { size = by_offset, unnumbered = true },
  django = all,
  ["django-offset"] = { size = by_offset, total = true, last = true },
  terraform = all,
  stas = all,
  ["next-number-only"] = {},
  productive = all,
  ["resources-count"] = all,
  ["resources-offset"] = { size = by_offset, total = true, last = true },
  jadnc = all,
  elide = all,
  graphiti = all,
  ["zero-based"] = { total = true, last = true, first = 0 },
  crnk = { size = by_offset, total = true, last = true },
  kitsu = { size = by_offset, total = true, last = true },
  drupal = { size = by_offset, total = true, last = true },
  ["cursor-profile"] = { total = true, unnumbered = true },
  strapi = { total = true, last = true, parameter = "pagination[pageSize]" },
  pagerduty = { parameter = "limit" },
  google = { parameter = "pageSize", unnumbered = true },
  treasury = {},
  ["link-header"] = all,
  ["cursor-header"] = { parameter = "limit", unnumbered = true },
  ["http-next"] = {},
}

local names = {}
for name in pairs(shapes) do
  names[#names + 1] = name
end
table.sort(names)

local function page_of(name, size)
  if shapes[name].parameter then
    return nil, { [shapes[name].parameter] = size }
  end
  return { [shapes[name].size or "size"] = size }
end

for _, name in ipairs(names) do
  local shape = shapes[name]

  describe("pages in the shape " .. name, function()
    local first = shape.first or 1

    for i, size in ipairs { 19, 50 } do
      it(("are read once each, %d per page"):format(size), function()
        local api = client(sb:shape(name))
        sb:mark()
        local places, err, resources = walk(api, page_of(name, size))
        assert.is_nil(err)
        local pages = math.ceil(TOTAL / size)
        assert.equal(TOTAL, in_order(resources))
        assert.equal(shape.asked and shape.asked[i] or pages, #sb:requests "contracts")
        assert.equal(api:stats().requests, #sb:requests "contracts")
        assert.equal(pages, #places)
        for place, item in ipairs(places) do
          assert.equal(place < pages and size or TOTAL - size * (pages - 1), item.size)
          assert.equal(shape.total and TOTAL or nil, item.total)
          if not shape.unnumbered then
            assert.equal(first + place - 1, item.number)
          end
          if shape.last then
            assert.equal(first + pages - 1, item.last)
          elseif place < pages and not shape.unnumbered then
            assert.is_nil(item.last)
          end
        end
        api:close()
      end)
    end

    it("are counted", function()
      local api = client(sb:shape(name))
      assert.equal(TOTAL, api:count("contracts", query(page_of(name, 50))))
      assert.equal(shape.total and 1 or 3, api:stats().requests)
      api:close()
    end)

    it("continue from a cursor", function()
      local api = client(sb:shape(name))
      local iterator, resources = api:list("contracts", query(page_of(name, 19))), {}
      for i = 1, 45 do
        resources[i] = iterator:next()
      end
      local cursor = iterator:cursor()
      iterator:close()
      for resource in api:list("contracts", { after = cursor }) do
        resources[#resources + 1] = resource
      end
      assert.equal(TOTAL, in_order(resources))
      api:close()
    end)
  end)
end

describe("the table of shapes", function()
  it("contains every shape of the sandbox", function()
    local misbehaving = {
      ["ignores-page"] = true, unpaged = true, ["other-host"] = true, ["loop-abab"] = true, ["loop-self"] = true,
      ["empty-middle"] = true, ["short-middle"] = true, ["no-data"] = true, stuck = true, ["bad-next"] = true,
    }
    local file = assert(io.open "sandbox/shapes.lua")
    local source = file:read "*a"
    file:close()
    local count = 0
    for _, pattern in ipairs { '\nshapes%["([%w-]+)"%] =', "\nshapes%.(%w+) =" } do
      for name in source:gmatch(pattern) do
        assert.truthy(shapes[name] or misbehaving[name], name)
        count = count + 1
      end
    end
    assert.equal(#names + 10, count)
  end)
end)

describe("a server", function()
  it("that returns smaller pages than requested loses nothing", function()
    local by_size = { "none", "links", "laravel-meta-only", "jadnc", "django", "link-header", "cursor-profile" }
    for _, name in ipairs(by_size) do
      local api = client(sb:at("max/50", "shape/" .. name))
      local places, err, resources = walk(api, { size = 100 })
      assert.is_nil(err)
      assert.equal(TOTAL, in_order(resources), name)
      assert.equal(3, #places, name)
      assert.equal(3, api:stats().requests, name)
      api:close()
    end
  end)

  it("that returns smaller pages by offset loses nothing", function()
    for _, name in ipairs { "django-offset", "resources-offset", "crnk", "kitsu", "drupal" } do
      local api = client(sb:at("max/50", "shape/" .. name))
      local places, err, resources = walk(api, { limit = 100 })
      assert.is_nil(err)
      assert.equal(TOTAL, in_order(resources), name)
      assert.equal(3, #places, name)
      assert.equal(3, api:stats().requests, name)
      api:close()
    end
  end)

  it("that sends http links over TLS is requested over TLS", function()
    local api = client(sb:tls_at "shape/http-next", { ca_file = sb.ca_file })
    sb:mark()
    local places, err, resources = walk(api, { size = 50 })
    assert.is_nil(err)
    assert.equal(TOTAL, in_order(resources))
    assert.equal(3, #places)
    local requests = sb:requests "contracts"
    assert.equal(3, #requests)
    for _, request in ipairs(requests) do
      assert.equal("HTTP/2.0", request.protocol)
      assert.equal(requests[1].connection, request.connection)
    end
    api:close()
  end)

  it("that links to another host is not followed", function()
    local api = client(sb:shape "other-host")
    sb:mark()
    local places, err, resources = walk(api, { size = 50 })
    assert.equal(1, #places)
    assert.equal(50, in_order(resources))
    assert.equal("refused", err.kind)
    assert.matches("localhost", err.message, 1, true)
    assert.equal(1, #sb:requests "contracts")
    api:close()
  end)

  it("whose pages link in a circle ends the list without duplicates", function()
    for name, pages in pairs { ["loop-abab"] = 2, ["loop-self"] = 1 } do
      local api = client(sb:shape(name))
      local places, err, resources = walk(api, { size = 50 })
      assert.equal("protocol", err.kind)
      assert.matches("loop", err.message)
      assert.equal(pages, #places, name)
      assert.equal(pages * 50, in_order(resources))
      assert.is_true(api:stats().requests <= pages + 1)
      api:close()
    end
  end)

  it("that ignores the page number gives one page", function()
    local api = client(sb:shape "ignores-page")
    local places, err, resources = walk(api, { size = 50 })
    assert.is_nil(err)
    assert.equal(50, in_order(resources))
    assert.equal(1, #places)
    assert.equal(2, api:stats().requests)
    api:close()
  end)

  it("that does not paginate gives everything at once", function()
    local api = client(sb:shape "unpaged")
    local places, err, resources = walk(api, { size = 50 })
    assert.is_nil(err)
    assert.equal(TOTAL, in_order(resources))
    assert.equal(1, #places)
    assert.equal(1, api:stats().requests)
    places, err, resources = walk(api)
    assert.is_nil(err)
    assert.equal(TOTAL, in_order(resources))
    assert.equal(1, #places)
    api:close()
  end)

  it("with an empty or short page in the middle is read to the end", function()
    for name, odd in pairs { ["empty-middle"] = 0, ["short-middle"] = 10 } do
      local api = client(sb:shape(name))
      local places, err, resources = walk(api, { size = 19 })
      assert.is_nil(err)
      assert.equal(TOTAL, in_order(resources), name)
      assert.equal(odd, places[2].size)
      assert.equal(8, api:stats().requests)
      local iterated = {}
      for resource in api:list("contracts", { filter = FILTER, page = { size = 19 } }) do
        iterated[#iterated + 1] = resource
      end
      assert.equal(TOTAL, in_order(iterated))
      api:close()
    end
  end)

  it("that responds without data causes an error", function()
    local api = client(sb:shape "no-data")
    local places, err = walk(api)
    assert.equal(0, #places)
    assert.equal("protocol", err.kind)
    assert.matches("data", err.message)
    api:close()
  end)

  it("without any shape gets one more request only if the last page is full", function()
    local api = client(sb.url)
    assert.equal(6, #assert(api:all("contracts", { filter = { id = { 1, 2, 3, 4, 5, 6 } }, page = { size = 4 } })))
    assert.equal(2, api:stats().requests)
    assert.equal(6, #assert(api:all("contracts", { filter = { id = { 1, 2, 3, 4, 5, 6 } }, page = { size = 3 } })))
    assert.equal(5, api:stats().requests)
    assert.equal(0, #assert(api:all "empties"))
    assert.equal(6, api:stats().requests)
    api:close()
  end)
end)

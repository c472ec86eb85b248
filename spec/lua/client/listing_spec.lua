-- Lists, read to their end or left early: list, pages, all, first, count, and the iterators. For
-- cursors see jsonapi/cursor_spec.lua.

local harnest = require "harnest"
local core = require "harnest.core"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"

local CONTRACTS = 2000
local closes_loops = _VERSION == "Lua 5.4"

local sb = sandbox.get()
local api, raw

local function client(more)
  local options = { url = sb.url, token = sb.token, dialect = "jsonapi" }
  for name, value in pairs(more or {}) do
    options[name] = value
  end
  return harnest.new(options)
end

local function asked()
  return #sb:requests "contracts"
end

-- Fails unless the next `count` resources of an iterator are the contracts from number `first` on
local function expect(iterator, first, count)
  for id = first, first + count - 1 do
    local resource, err = iterator:next()
    -- luassert would take most of the time, above all under a memory checker
    if not resource or resource.id ~= tostring(id) then
      error(("expected %d, got %s"):format(id, resource and resource.id or tostring(err)), 2)
    end
  end
end

-- Calls fn(number of calls) at the end of every collection cycle until it returns true
local function at_each_cycle(fn)
  local cycles = 0
  local function arm()
    local function finalize()
      cycles = cycles + 1
      if not fn(cycles) then
        arm()
      end
    end
    if newproxy then -- luacheck: ignore 113
      getmetatable(newproxy(true)).__gc = finalize -- luacheck: ignore 113
    else
      setmetatable({}, { __gc = finalize })
    end
  end
  arm()
end

local function expect_end(iterator)
  local resource, err = iterator:next()
  assert.is_nil(resource)
  assert.is_nil(err)
end

-- The value that a call raises
local function raised(fn, ...)
  local fine, err = pcall(fn, ...)
  assert.is_false(fine)
  return err
end

local function reads_on(iterator)
  return function()
    for resource in iterator do
      assert.is_table(resource)
    end
  end
end

-- Scripts for the raw server: pages of two resources each; `pages[i]` is a whole response that
-- replaces page i
local function raw_page(number, last)
  local link = number < last and ('"/things?page=%d"'):format(number + 1) or "null"
  return rawserver.response(200, {}, ('{"data":[{"type":"things","id":"%d"},{"type":"things","id":"%d"}],'
    .. '"links":{"next":%s}}'):format(2 * number - 1, 2 * number, link))
end

local function play_pages(last, instead)
  local scripts = {}
  for number = 1, last do
    scripts[number] = { instead[number] or raw_page(number, last) }
  end
  raw:play(scripts)
end

before_each(function()
  api = client()
  sb:mark()
end)

after_each(function()
  api:close()
end)

describe("api:list", function()
  it("returns each of 2,000 resources once and in order, in 134 requests over one "
    .. "connection", function()
    local count = 0
    for resource, page in api:list "contracts" do
      count = count + 1
      assert.equal(tostring(count), resource.id)
      assert.equal("contracts", resource.type)
      assert.equal(math.ceil(count / 15), page.number)
    end
    assert.equal(CONTRACTS, count)
    local requests = sb:requests "contracts"
    assert.equal(134, #requests)
    assert.equal(134, api:stats().requests)
    assert.is_true(api:stats().connections <= 1) -- 0 if one was open
    for _, request in ipairs(requests) do
      assert.equal(requests[1].connection, request.connection)
    end
  end)

  it("accepts paths and links instead of a type", function()
    for _, target in ipairs { "people/1/contracts", "/people/1/contracts", sb.url .. "/people/1/contracts" } do
      local ids = {}
      for contract in api:list(target, { page = { size = 10 } }) do
        ids[#ids + 1] = tonumber(contract.id)
      end
      assert.equal(16, #ids)
      assert.equal(120, ids[1])
      assert.equal(240, ids[2])
    end
    expect(api:list({ href = sb.url .. "/contracts" }), 1, 20)
  end)

  it("merges several queries", function()
    local only = { filter = { status = 1 } }
    local resources = assert(api:all("contracts", only, { filter = { archived = true } }, { limit = 3 }))
    assert.equal("6 21 36", ("%s %s %s"):format(resources[1].id, resources[2].id, resources[3].id))
  end)

  it("requests no more pages than a limit needs", function()
    for limit, requests in pairs { [1] = 1, [14] = 1, [15] = 1, [16] = 2, [20] = 2, [30] = 2, [31] = 3 } do
      sb:mark()
      local count = 0
      for resource in api:list("contracts", { limit = limit }) do
        count = count + 1
        assert.equal(tostring(count), resource.id)
      end
      assert.equal(limit, count)
      assert.equal(requests, asked(), limit)
    end
  end)

  it("accepts a limit beyond the list's end", function()
    local iterator = api:list("companies", { limit = 1000, page = { size = 25 } })
    for id = 1, 40 do
      assert.equal(tostring(id), iterator:next().id)
    end
    expect_end(iterator)
    assert.equal(2, api:stats().requests)
  end)

  it("returns nothing from an empty list", function()
    expect_end(api:list "empties")
    assert.equal(1, api:stats().requests)
  end)

  it("accepts a response that is one resource or null", function()
    local iterator = api:list "contracts/10/owner"
    assert.equal("people", iterator:next().type)
    expect_end(iterator)
    expect_end(api:list "contracts/10/company")
    assert.equal(2, api:stats().requests)
  end)

  it("prefetches as many pages as set", function()
    for _, prefetch in ipairs { 0, 1, 3 } do
      local eager = client { prefetch = prefetch }
      sb:mark()
      local iterator = eager:list("contracts", { page = { size = 40 } })
      expect(iterator, 1, 1)
      assert.is_true(eager:stats().requests <= 1 + prefetch)
      expect(iterator, 2, CONTRACTS - 1)
      expect_end(iterator)
      assert.equal(51, asked()) -- the last page is full, and nothing states that it is the last
      assert.equal(51, eager:stats().requests)
      eager:close()
    end
  end)

  it("requests the second page after the first resource was taken, in a blocking script", function()
    local own = client()
    local list = own:list("contracts", { page = { size = 2 } })
    list:next()
    assert.equal(1, own:stats().requests)
    list:next()
    assert.equal(2, own:stats().requests)
    list:close()
    own:close()
  end)

  it("fails if it is cancelled before its next request", function()
    local own = client { prefetch = 0 }
    local list = own:list("contracts", { page = { size = 2 } })
    list:next()
    core.listing_cancel(list)
    assert.equal("2", list:next().id)
    local resource, err = list:next()
    assert.is_nil(resource)
    assert.equal("cancelled", err.kind)
    assert.equal(1, own:stats().requests)
    own:close()
  end)

  it("sends no request before its first use", function()
    local iterator = api:list "contracts"
    assert.equal(0, api:stats().requests)
    iterator:close()
    expect_end(iterator)
    assert.equal(0, asked())
  end)

  it("raises usage errors that name the argument", function()
    assert.matches("query.limit", raised(api.list, api, "contracts", { limit = 0 }))
    assert.matches('query.limt: unknown; did you mean limit', raised(api.list, api, "contracts", { limt = 1 }))
    assert.matches("list: type: expected a type, path or link, got nil", raised(api.list, api))
    assert.matches("list: type: expected a type, path or link, got 5", raised(api.list, api, 5))
    assert.matches("query", raised(api.list, api, "contracts", "title"))
  end)

  it("can be read alternately with another", function()
    local contracts, people = api:list "contracts", api:list "people"
    for id = 1, 120 do
      expect(contracts, id, 1)
      local person = people:next()
      assert.equal("people", person.type)
      assert.equal(tostring(id), person.id)
    end
    expect_end(people)
    expect(contracts, 121, 30)
  end)

  it("allows other calls in the loop, also over one connection", function()
    local narrow = client { max_connections = 1 }
    local count = 0
    for contract in narrow:list("contracts", { limit = 40 }) do
      count = count + 1
      assert.equal(contract.id, assert(narrow:get("contracts", contract.id)).id)
    end
    assert.equal(40, count)
    local requests = sb:requests "contracts"
    assert.equal(43, #requests)
    for _, request in ipairs(requests) do
      assert.equal(requests[1].connection, request.connection)
    end
    narrow:close()
  end)

  it("holds no more than a few pages in memory", function()
    local count, most = 0, 0
    collectgarbage()
    local before = collectgarbage "count"
    for resource in api:list("bulk", { page = { size = 500 }, limit = 50000 }) do
      count = count + 1
      if resource.id ~= tostring(count) then
        error("expected " .. count .. ", got " .. resource.id)
      end
      if count % 500 == 0 then
        most = math.max(most, collectgarbage "count")
      end
    end
    assert.equal(50000, count)
    -- all pages would take 50 MiB more; the collector lets the heap double before a cycle and grow
    -- during it
    assert.is_true(most < 3 * before + 20 * 1024, before .. " KiB became " .. most)
    collectgarbage()
    collectgarbage()
    assert.is_true(collectgarbage "count" - before < 1024)
  end)
end)

describe("an iterator", function()
  it("returns nil at its end, also repeatedly", function()
    local iterator = api:list("contracts", { limit = 16 })
    expect(iterator, 1, 16)
    for _ = 1, 3 do
      expect_end(iterator)
    end
    assert.equal(2, asked())
    for _ in iterator do
      error "there was more"
    end
  end)

  it("returns nil and an error object from next, and raises it in a loop", function()
    local iterator = api:list "nothing"
    for _ = 1, 3 do
      local resource, err = iterator:next()
      assert.is_nil(resource)
      assert.equal("not_found", err.kind)
      assert.equal(404, err.status)
    end
    assert.equal(1, api:stats().requests)
    local err = raised(reads_on(iterator))
    assert.is_table(err)
    assert.equal("not_found", err.kind)
    assert.matches("^404 not_found: GET nothing: ", tostring(err))
    assert.equal("not_found", raised(reads_on(api:list "nothing")).kind)
  end)

  it("calls a function for each", function()
    local ids = {}
    api:list("contracts", { limit = 17 }):each(function(resource, page)
      ids[#ids + 1] = resource.id .. "/" .. page.number
    end)
    assert.equal(17, #ids)
    assert.equal("1/1", ids[1])
    assert.equal("17/2", ids[17])
    local numbers = {}
    api:pages("contracts", { limit = 17 }):each(function(page)
      numbers[#numbers + 1] = page.number
    end)
    assert.same({ 1, 2 }, numbers)
    local nothing = api:list "nothing"
    assert.equal("not_found", raised(nothing.each, nothing, print).kind)
    assert.matches("each: expected a function, got nil", raised(nothing.each, nothing))
    local thrown = {}
    assert.equal(thrown, raised(function()
      api:list("contracts"):each(function() error(thrown) end)
    end))
  end)

  it("ends when it is closed, also repeatedly", function()
    local iterator = api:list "contracts"
    expect(iterator, 1, 3)
    iterator:close()
    iterator:close()
    expect_end(iterator)
    expect_end(iterator)
    assert.is_true(asked() <= 2)
    for _ in iterator do
      error "there was more"
    end
  end)

  describe("in a process whose collector runs continuously", function()
    local paused, stepped

    setup(function() paused, stepped = collectgarbage("setpause", 100), collectgarbage("setstepmul", 400) end)
    teardown(function()
      collectgarbage("setpause", paused)
      collectgarbage("setstepmul", stepped)
    end)

    it("can be closed by a finalizer, which may run while a page is created", function()
      for turn = 1, 15 do
        local iterator, given = api:list("bulk", { page = { size = 10 * turn } }), 0
        at_each_cycle(function(cycles)
          return cycles == 2 + turn % 3 and (iterator:close() or true)
        end)
        while true do
          local resource, err = iterator:next()
          if not resource then
            -- an error if it was closed while it waited for a page
            assert.is_true(err == nil or err.kind == "cancelled")
            break
          end
          given = given + 1
          assert.equal(tostring(given), resource.id)
          assert.is_true(given < 100000)
        end
      end
    end)

    it("returns each resource once, to a loop or to a finalizer that calls next at any "
      .. "moment", function()
      for _, prefetch in ipairs { 1, 4 } do
        local given, takes = {}, false
        local iterator = client { prefetch = prefetch }:list("bulk", { page = { size = 30 }, limit = 900 })
        at_each_cycle(function()
          if takes then
            takes = false
            for _ = 1, 45 do
              -- raises if the iterator is in use
              local fine, resource = pcall(iterator.next, iterator)
              if fine and resource then given[#given + 1] = tonumber(resource.id) end
            end
          end
          return not iterator
        end)
        while true do
          takes = #given % 3 == 0
          local resource = iterator:next()
          takes = false
          if not resource then break end
          given[#given + 1] = tonumber(resource.id)
        end
        iterator = nil
        table.sort(given)
        assert.equal(900, #given)
        for i, id in ipairs(given) do assert.equal(i, id) end
      end
    end)

    -- Returns the next resource. Calls act() from a finalizer if one runs while the iterator creates the page,
    -- and returns whether one did.
    local function next_with_finalizer(iterator, act)
      local acted, ended = false, false
      at_each_cycle(function()
        -- a page is ready, so only a busy iterator is not
        if not acted and core.listing_is_list(iterator) ~= nil and not core.listing_ready(iterator) then
          acted = true
          act()
        end
        return acted or ended
      end)
      collectgarbage("setstepmul", _VERSION == "Lua 5.4" and 1000 or 1000000) -- a whole cycle at each step
      local resource = iterator:next()
      collectgarbage("setstepmul", 400)
      ended = true
      return resource, acted
    end

    it("is not ready while it creates a page, and refuses a finalizer that calls next", function()
      for _ = 1, 100 do
        local iterator, complaint = api:list("bulk", { page = { size = 300 } }), nil
        local resource, acted = next_with_finalizer(iterator, function()
          complaint = raised(iterator.next, iterator)
        end)
        assert.equal("1", resource.id)
        assert.is_true(core.listing_ready(iterator))
        if acted then
          assert.matches("next: this iterator is at work; a finalizer cannot take from it now", complaint)
          expect(iterator, 2, 600)
          iterator:close()
          return
        end
        iterator:close()
      end
      error "no finalizer ran while a page was created"
    end)

    it("returns the page during which a finalizer cancels it, then the error", function()
      local first = {}
      for id = 1, 300 do
        first[id] = ('{"type":"things","id":"%d"}'):format(id)
      end
      local page = rawserver.response(200, {}, '{"data":[' .. table.concat(first, ",")
        .. '],"links":{"next":"/things?page=2"}}')
      local own = rawserver.start()
      finally(function() own:stop() end)
      for _ = 1, 100 do
        own:play { { page }, { { stall = true } } }
        local other = harnest.new { url = own.url, token = false, dialect = "jsonapi", retries = 0, timeout = 20 }
        local iterator = other:list "things"
        local resource, acted = next_with_finalizer(iterator, function() core.listing_cancel(iterator) end)
        assert.equal("1", resource.id)
        if acted then
          expect(iterator, 2, 299)
          assert.equal("cancelled", select(2, iterator:next()).kind)
          assert.equal("cancelled", select(2, iterator:next()).kind)
          other:close()
          return
        end
        other:close()
        own:reset()
      end
      error "no finalizer ran while the page was created"
    end)
  end)

  it("can be left, and the next call works at once", function()
    local narrow = client { max_connections = 1 }
    sb:mark()
    local iterator = narrow:list "contracts"
    for resource in iterator do
      if resource.id == "2" then break end
    end
    if not closes_loops then
      iterator:close()
    end
    assert.equal("7", assert(narrow:get("contracts", 7)).id)
    assert.is_true(asked() <= 3)
    narrow:close()
  end)

  if closes_loops then
    it("is closed by leaving the loop", function()
      local kept = api:list "contracts"
      for resource in kept, nil, nil, kept do
        if resource.id == "2" then break end
      end
      expect_end(kept)
      assert.is_true(asked() <= 2)
      pcall(function()
        for _ in api:list "contracts" do
          error "left"
        end
      end)
      assert.is_true(asked() <= 4)
      assert.equal("7", assert(api:get("contracts", 7)).id)
    end)

    it("can be a to-be-closed variable", function()
      local closed = load [[
        local api = ...
        local iterator <close> = api:list "contracts"
        iterator:next()
        return iterator
      ]](api)
      expect_end(closed)
    end)
  end

  it("may be collected", function()
    for _ = 1, 20 do
      local iterator = api:list "contracts"
      expect(iterator, 1, 2)
    end
    collectgarbage()
    collectgarbage()
    assert.is_true(asked() <= 40)
    assert.equal("7", assert(api:get("contracts", 7)).id)
  end)

  it("may be collected together with its client", function()
    do
      local other = client()
      expect(other:list "contracts", 1, 2)
      local iterator = client():list "contracts" -- keeps its client alive
      collectgarbage()
      collectgarbage()
      expect(iterator, 1, 40)
    end
    collectgarbage()
    collectgarbage()
    assert.equal("7", assert(api:get("contracts", 7)).id)
  end)

  it("returns \"cancelled\" when the client was closed", function()
    for _, prefetch in ipairs { 0, 1 } do
      local other = client { prefetch = prefetch }
      local iterator = other:list "contracts"
      expect(iterator, 1, 3)
      other:close()
      local count = 3
      local resource, err = iterator:next()
      while resource do
        count = count + 1
        resource, err = iterator:next()
      end
      -- received resources are still returned
      assert.is_true(count == 15 or prefetch == 1 and count == 30, count)
      assert.equal("cancelled", err.kind)
      assert.equal("cancelled", raised(reads_on(iterator)).kind)
      iterator:close()
      assert.matches("closed", raised(other.list, other, "contracts"))
    end
  end)

  it("returns it also before its first request", function()
    local token = client { token = function() return sb.token end }
    local iterator, lazy = api:list "contracts", token:list "contracts"
    api:close()
    token:close()
    assert.equal("cancelled", select(2, iterator:next()).kind)
    assert.equal("cancelled", select(2, lazy:next()).kind)
  end)

  it("shows what it lists and no token", function()
    local text = tostring(api:list "contracts")
    assert.matches("harnest.listing", text, 1, true)
    assert.matches("/contracts", text, 1, true)
    assert.is_nil(text:find(sb.token, 1, true))
  end)
end)

describe("an error in the middle of a list", function()
  setup(function() raw = rawserver.start() end)
  teardown(function() raw:stop() end)
  before_each(function()
    api:close()
    api = harnest.new { url = raw.url, dialect = "jsonapi", max_retry_wait = 0.02 }
  end)
  after_each(function() raw:reset() end)

  it("comes after the resources before it", function()
    local failures = {
      [500] = "server_error", [422] = "invalid", [403] = "forbidden", [404] = "not_found", [400] = "bad_request",
    }
    for status, kind in pairs(failures) do
      play_pages(3, { [3] = rawserver.response(status, {}, '{"errors":[{"title":"no"}]}') })
      local iterator = api:list "things"
      expect(iterator, 1, 4)
      for _ = 1, 2 do
        local resource, err = iterator:next()
        assert.is_nil(resource)
        assert.equal(kind, err.kind)
        assert.equal(status, err.status)
        assert.matches("things?page=3", err.url, 1, true)
      end
      raw:reset()
    end
  end)

  it("is raised by the loop as an object, and returned by api:all with the resources so "
    .. "far", function()
    for _ = 1, 2 do
      play_pages(3, { [3] = rawserver.response(500, {}, "{}") })
    end
    local count = 0
    local err = raised(function()
      for _ in api:list "things" do
        count = count + 1
      end
    end)
    assert.equal("server_error", err.kind)
    assert.equal(4, count)
    local all, failure = api:all "things"
    assert.is_nil(all)
    assert.equal("server_error", failure.kind)
    assert.equal(4, #failure.partial)
    assert.equal("4", failure.partial[4].id)
    assert.is_true(harnest.is_array(failure.partial))
  end)

  it("that is temporary is retried: no resource twice, none missing", function()
    raw:play {
      { raw_page(1, 4) },
      { rawserver.response(503, { ["Retry-After"] = "0" }) },
      { rawserver.response(503, {}, "<html>") },
      { raw_page(2, 4) },
      { "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", { close = true } },
      { { reset = true } },
      { raw_page(3, 4) },
      { raw_page(4, 4) },
    }
    local iterator = api:list "things"
    expect(iterator, 1, 8)
    expect_end(iterator)
    assert.equal(8, #raw:requests())
    assert.equal(4, api:stats().retries)
  end)

  it("is found in invalid pages", function()
    local odd = {
      ["not a resource object"] = '{"data":["x"]}', ["data"] = '{"meta":{}}', ["cut short"] = '{"data":[',
      ["without a body"] = "", ["not an object"] = "[]", ["neither"] = '{"data":5}',
    }
    for message, body in pairs(odd) do
      play_pages(2, { [2] = rawserver.response(200, {}, body) })
      local iterator = api:list "things"
      expect(iterator, 1, 2)
      local resource, err = iterator:next()
      assert.is_nil(resource)
      assert.equal("protocol", err.kind)
      assert.matches(message, err.message, 1, true)
      raw:reset()
    end
  end)

  it("ends a list without an error if the page was only predicted", function()
    for _, status in ipairs { 404, 400 } do
      raw:play {
        { rawserver.response(200, {}, '{"data":[{"type":"things","id":"1"},{"type":"things","id":"2"}]}') },
        { rawserver.response(status, {}, '{"errors":[{"title":"no such page"}]}') },
      }
      local iterator = api:list "things"
      expect(iterator, 1, 2)
      expect_end(iterator)
      assert.equal(2, #raw:requests())
      raw:reset()
    end
    raw:play {
      { rawserver.response(200, {}, '{"data":[{"type":"things","id":"1"}]}') },
      { rawserver.response(500, {}, "{}") },
    }
    local iterator = api:list "things"
    expect(iterator, 1, 1)
    assert.equal("server_error", select(2, iterator:next()).kind)
  end)

  it("of an invalid link is a protocol error or refused", function()
    local links = {
      ["http://"] = "protocol", ["http://other.example/things"] = "refused", ["ftp://127.0.0.1/"] = "protocol",
      ["//other.example/things"] = "refused", ["mailto:a@b"] = "protocol",
    }
    for link, kind in pairs(links) do
      local body = ('{"data":[{"type":"things","id":"1"}],"links":{"next":"%s"}}'):format(link)
      raw:play { { rawserver.response(200, {}, body) } }
      local iterator = api:list "things"
      expect(iterator, 1, 1)
      local resource, err = iterator:next()
      assert.is_nil(resource)
      assert.equal(kind, err.kind, link)
      assert.equal(1, #raw:requests())
      raw:reset()
    end
  end)

  it("is not caused by several Link header fields", function()
    local body = '{"data":[{"type":"things","id":"%d"}]}'
    raw:play {
      { rawserver.response(200, { Link = { '</things?page=1>; rel="first"', '</things?page=2>; rel="next"' } },
        body:format(1)) },
      { rawserver.response(200, { Link = { '</things?page=1>; rel="first"', '</things?page=1>; rel="prev"' } },
        body:format(2)) },
    }
    local iterator = api:list "things"
    expect(iterator, 1, 2)
    expect_end(iterator)
    assert.equal("/things?page=2", raw:requests()[2].path)
    assert.equal(2, #raw:requests())
  end)
end)

describe("api:pages", function()
  it("returns pages with all members of their documents", function()
    local other = client { url = sb:shape "laravel" }
    local seen = 0
    for page, nothing in other:pages("contracts", { page = { size = 30 }, include = "owner", limit = 70 }) do
      seen = seen + 1
      assert.is_nil(nothing)
      assert.equal(seen, page.number)
      assert.equal(67, page.last)
      assert.equal(CONTRACTS, page.total)
      assert.equal(seen < 3 and 30 or 10, #page)
      assert.equal(#page, #page.data)
      assert.equal(tostring(seen * 30 - 29), page.data[1].id)
      assert.equal("people", page.included[1].type)
      assert.equal(seen, page.meta.current_page)
      assert.matches("page%%5Bnumber%%5D=" .. seen + 1, page.links.next)
      assert.equal(page.data, page.data)
      assert.is_nil(page.nothing)
    end
    assert.equal(3, seen)
    assert.equal(3, other:stats().requests)
    other:close()
  end)

  it("returns pages that are sequences of their resources", function()
    for _, view in ipairs { false, true } do
      local query = { page = { size = 20 }, limit = 30, view = view or nil }
      local counts = {}
      for page in api:pages("contracts", query) do
        for i = 1, #page do
          assert.equal(page.data[i], page[i])
          assert.equal(page.data[i].id, page[i].id)
        end
        counts[#counts + 1] = #page
        for _, other in ipairs { 0, -1, #page + 1, 1.5, math.huge, 2 ^ 53, 0 / 0 } do
          assert.is_nil(page[other])
        end
      end
      assert.same({ 20, 10 }, counts)
    end
    assert.equal("people", api:pages("contracts/10/owner"):next()[1].type)
    assert.is_nil(api:pages("contracts/10/owner"):next()[2])
    assert.is_nil(api:pages("contracts/10/company"):next()[1])
    assert.is_nil(api:pages("empties"):next()[1])
  end)

  -- Lua 5.1 has no __ipairs; LuaJIT has it if it is built with Lua 5.2 compatibility, as it has __len of tables
  local has_ipairs = _VERSION ~= "Lua 5.1" or #setmetatable({}, { __len = function() return 1 end }) == 1
  it(("returns pages which ipairs %s"):format(has_ipairs and "iterates over" or "does not take in this Lua"), function()
    local page, ids = api:pages("contracts", { page = { size = 3 } }):next(), {}
    if not has_ipairs then
      assert.is_false((pcall(ipairs, page)))
      return
    end
    for i, resource in ipairs(page) do
      assert.equal(page.data[i], resource)
      ids[i] = resource.id
    end
    assert.same({ "1", "2", "3" }, ids)
    for _, resource in ipairs(api:pages("contracts/10/owner"):next()) do ids[#ids + 1] = resource.type end
    assert.equal("people", ids[4])
    for _, place in ipairs { "contracts/10/company", "empties" } do
      for _ in ipairs(api:pages(place):next()) do error "a resource" end
    end
  end)

  it("keeps unknown members", function()
    local other = client { url = sb:shape "laravel-raw" }
    local page = other:pages("contracts", { params = { per_page = 30 } }):next()
    assert.equal(30, page.per_page)
    assert.equal(1, page.current_page)
    assert.equal(CONTRACTS, page.total)
    assert.is_nil(page.links.next)
    other:close()
  end)

  it("has the last page's number if stated", function()
    local last
    for page in api:pages("companies", { page = { size = 30 } }) do
      last = page
      assert.is_nil(page.total)
    end
    assert.equal(2, last.number)
    assert.equal(2, last.last)
    assert.equal(10, #last)
    assert.is_nil(last.meta)
    assert.is_nil(last.links)
  end)

  it("returns a page for an empty list, for one resource and for null", function()
    local pages = api:pages "empties"
    local page = pages:next()
    assert.equal(0, #page)
    assert.same({}, page.data)
    assert.is_true(harnest.is_array(page.data))
    expect_end(pages)
    page = api:pages("contracts/10/owner"):next()
    assert.equal(1, #page)
    assert.equal("people", page.data.type)
    page = api:pages("contracts/10/company"):next()
    assert.equal(0, #page)
    assert.equal(harnest.null, page.data)
  end)

  it("returns pages that outlive their list and client", function()
    local pages = {}
    for page in api:pages("contracts", { page = { size = 20 }, limit = 60, include = "owner" }) do
      pages[#pages + 1] = page
    end
    api:close()
    collectgarbage()
    assert.equal(3, #pages)
    assert.equal("41", pages[3].data[1].id)
    assert.equal("people", pages[3].data[1]:related("owner").type)
  end)
end)

describe("api:all", function()
  it("returns an array, also if it is empty", function()
    local all = assert(api:all("companies", { page = { size = 7 } }))
    assert.equal(40, #all)
    for i, company in ipairs(all) do
      assert.equal(tostring(i), company.id)
    end
    local none = assert(api:all "empties")
    assert.same({}, none)
    assert.is_true(harnest.is_array(none))
    assert.equal(3, #assert(api:all("contracts", { limit = 3 })))
  end)

  it("returns nil and an error, with an empty array if nothing was received", function()
    local all, err = api:all "nothing"
    assert.is_nil(all)
    assert.equal("not_found", err.kind)
    assert.same({}, err.partial)
  end)
end)

describe("api:first", function()
  it("returns the first resource with one request", function()
    assert.equal("1", assert(api:first "contracts").id)
    assert.equal("2", assert(api:first("contracts", { filter = { status = 2 } }, { limit = 10 })).id)
    assert.equal("10", assert(api:first("contracts", { filter = { id = "10" }, page = { size = 3 } })).id)
    assert.equal(3, asked())
  end)

  it("requests one resource from Harnest", function()
    local harnest_api = client { dialect = "harnest" }
    assert.equal("1", assert(harnest_api:first "contracts").id)
    assert.matches("page%[size%]=1$", (sb:requests "contracts"[1].uri:gsub("%%5B", "["):gsub("%%5D", "]")))
    harnest_api:close()
  end)

  it("returns nil alone if there is none, and accepts one resource and null", function()
    for _, target in ipairs { "empties", "contracts/10/company" } do
      local results = { api:first(target) }
      assert.is_nil(results[1])
      assert.is_nil(results[2])
    end
    assert.equal("people", assert(api:first "contracts/10/owner").type)
  end)

  it("returns nil and an error", function()
    local resource, err = api:first "nothing"
    assert.is_nil(resource)
    assert.equal("not_found", err.kind)
  end)
end)

describe("api:count", function()
  it("sends one request if the server states the total", function()
    local other = client { url = sb:shape "laravel" }
    assert.equal(CONTRACTS, other:count "contracts")
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

describe("a page that the server refuses with a 503", function()
  it("is retried", function()
    local other = client { url = sb:at("fail/listing" .. tostring({}):gsub("%W", "") .. "/503/2"),
      max_retry_wait = 0.02 }
    local iterator = other:list("contracts", { page = { size = 500 } })
    expect(iterator, 1, CONTRACTS)
    expect_end(iterator)
    assert.equal(2, other:stats().retries)
    other:close()
  end)

  describe("has limits", function()
    local server
    setup(function() server = rawserver.start() end)
    teardown(function() server:stop() end)

    -- Endless pages
    local function endless(options)
      server:reset()
      for i = 1, 12 do
        local body = ('{"data":[{"type":"t","id":"%d"}],"links":{"next":"/t?p=%d"}}'):format(i, i)
        server:play { { server.response(200, {}, body) } }
      end
      options.url = server.url
      local own = harnest.new(options)
      local all, err = own:all "t"
      own:close()
      return all, err
    end

    it("of pages", function()
      local all, err = endless { max_pages = 10, retries = 0 }
      assert.is_nil(all)
      assert.equal("protocol", err.kind)
      assert.truthy(err.message:find("the list has more than max_pages (10) pages", 1, true), err.message)
      assert.equal(10, #err.partial)
      assert.equal(10, #server:requests())
    end)

    it("of links", function()
      server:reset():play { { server.response(200, {}, ('{"data":[{"type":"t","id":"1"}],"links":{"next":"/t?%s"}}')
        :format(("x"):rep(1100000))) } }
      local own = harnest.new { url = server.url, retries = 0 }
      local all, err = own:all "t"
      assert.is_nil(all)
      assert.equal("protocol", err.kind)
      assert.truthy(err.message:find("the next link is not a valid URL of at most 1048576 bytes", 1, true), err.message)
      own:close()
    end)

    it("of the length of links", function()
      for _, link in ipairs { "5", "true", "[1]", '{"href":5}' } do
        local body = '{"data":[{"type":"t","id":"1"}],"links":{"next":' .. link .. "}}"
        server:reset():play { { server.response(200, {}, body) } }
        local own = harnest.new { url = server.url, retries = 0 }
        assert.equal("protocol", select(2, own:all "t").kind, link)
        own:close()
      end
    end)

    it("of what may follow a page", function()
      server:reset():play { { server.response(200, {}, '{"data":[{"type":"t","id":"1"}],"links":{"next":"/t?p=2"}}') },
        { server.response(200, {}, '{"data":null}') } }
      local own = harnest.new { url = server.url, retries = 0 }
      assert.equal("protocol", select(2, own:all "t").kind)
      own:close()
    end)

    it("of depth", function()
      local deep = ("["):rep(1100) .. ("]"):rep(1100)
      server:reset():play { { server.response(200, {}, '{"data":[],"meta":{"deep":' .. deep .. "}}") } }
      local own = harnest.new { url = server.url, retries = 0 }
      local all, err = own:all "t"
      assert.is_nil(all)
      assert.equal("protocol", err.kind)
      assert.truthy(err.message:find("nested deeper than 1024", 1, true), err.message)
      own:close()
    end)
  end)
end)

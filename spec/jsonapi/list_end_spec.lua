-- How a list ends: an end is quiet only if the server states nothing to the contrary, and a loop is
-- an error only if nothing confirms the end.

local clients = require "spec.support.clients"

local group = clients(function(raw)
  return { url = raw.url, token = false, dialect = "jsonapi", retries = 0 }
end)

local function resource(id)
  return ('{"type":"things","id":"%s"}'):format(id)
end

-- A page with the resources from one number to another, and further members
local function page(first, last, more)
  local resources = {}
  for id = first, last do resources[#resources + 1] = resource(id) end
  local data = table.concat(resources, ",")
  return group.raw.response(200, {}, ('{"data":[%s]%s}'):format(data, more and "," .. more or ""))
end

local function next_link(to)
  return ('"links":{"next":"/things?p=%d"}'):format(to)
end

-- The ids that a list gives, joined by commas, and its error
local function read(api, query)
  local ids, list = {}, api:list("things", query)
  while true do
    local item, err = list:next()
    if not item then return table.concat(ids, ","), err end
    ids[#ids + 1] = item.id
  end
end

describe("a list ends", function()
  group:hook(setup, before_each, after_each, teardown)
  local raw = group.raw

  local function play(...)
    local scripts = {}
    for i, response in ipairs { ... } do scripts[i] = { response } end
    raw:play(scripts)
  end

  describe("at empty pages that each state a next one", function()
    -- Pages 1 and 2 have three resources each, the others none
    local function play_endless(count)
      play(page(1, 3, next_link(2)), page(4, 6, next_link(3)))
      for number = 3, count do play(page(1, 0, next_link(number + 1))) end
    end

    it("with an error after 100 of them", function()
      local api = group:open()
      play_endless(150)
      local ids, err = read(api)
      assert.equal("1,2,3,4,5,6", ids)
      assert.equal("protocol", err.kind)
      assert.matches("the last 100 pages were empty", err.message)
      assert.equal(102, #raw:requests())
    end)

    it("with an error, whatever states the next one", function()
      local ways = {
        '"meta":{"page":{"currentPage":%d,"hasMore":true}}',
        '"meta":{"pagination":{"current-page":%d,"next-page":%d}}',
        '"meta":{"next_cursor":"c%d"}', '"offset":%d,"limit":3,"more":true',
        '"meta":{"current_page":%d,"last_page":400}',
      }
      for _, way in ipairs(ways) do
        raw:reset()
        for number = 1, 110 do play(page(1, number == 1 and 3 or 0, way:format(number, number + 1))) end
        local ids, err = read(group:open())
        assert.equal("1,2,3", ids, way)
        assert.equal("protocol", err.kind, way)
        assert.matches("the last 100 pages were empty", err.message)
        assert.equal(101, #raw:requests(), way)
      end
    end)

    it("without one if the limit is reached before", function()
      play_endless(3)
      local ids, err = read(group:open(), { limit = 6 })
      assert.is_nil(err)
      assert.equal("1,2,3,4,5,6", ids)
      assert.equal(2, #raw:requests())
    end)

    it("when the iterator's deadline passes", function()
      local api = group:open { deadline = 0.3 }
      play(page(1, 3, next_link(2)))
      for number = 2, 60 do raw:play { { { sleep = 0.02 }, page(1, 0, next_link(number + 1)) } } end
      local ids, err = read(api)
      assert.equal("1,2,3", ids)
      assert.equal("timeout", err.kind)
      assert.is_true(#raw:requests() < 30)
    end)

    it("when the script leaves it", function()
      local api, count = group:open(), 0
      for number = 1, 5 do play(page(1, 0, next_link(number + 1))) end
      for _ in api:pages "things" do
        count = count + 1
        if count == 3 then break end
      end
      assert.is_true(#raw:requests() <= 4)
    end)

    it("but not before resources that follow 98 empty pages", function()
      play(page(1, 3, next_link(2)))
      for number = 2, 99 do play(page(1, 0, next_link(number + 1))) end
      play(page(4, 6, '"links":{"next":null}'))
      local ids, err = read(group:open())
      assert.is_nil(err)
      assert.equal("1,2,3,4,5,6", ids)
    end)
  end)

  describe("at a page whose next page was requested before,", function()
    it("quietly if the page is empty", function()
      local api = group:open()
      play(page(1, 3, next_link(2)), page(1, 0, next_link(2)))
      local ids, err = read(api)
      assert.is_nil(err)
      assert.equal("1,2,3", ids)
      play(page(1, 0, '"links":{"next":"/things"}'))
      assert.same({}, assert(api:all "things"))
      play(page(1, 0, '"links":{"next":"/things"}'))
      assert.equal(0, api:count "things")
    end)

    it("quietly if the total or the last page's number confirms it", function()
      for _, meta in ipairs { '"meta":{"total":5}', '"meta":{"page":{"number":2,"totalPages":2}}' } do
        play(page(1, 3, next_link(2)), page(4, 5, next_link(2) .. "," .. meta))
        local ids, err = read(group:open())
        assert.is_nil(err)
        assert.equal("1,2,3,4,5", ids)
      end
    end)

    it("with an error if nothing confirms it, or the total states more", function()
      play(page(1, 3, next_link(2)), page(4, 5, next_link(2)))
      local ids, err = read(group:open())
      assert.equal("1,2,3,4,5", ids)
      assert.equal("protocol", err.kind)
      assert.matches("pagination loop: the next link leads to an earlier page", err.message, 1, true)
      play(page(1, 3, next_link(2)), page(1, 0, next_link(2) .. ',"meta":{"total":7}'))
      ids, err = read(group:open())
      assert.equal("1,2,3", ids)
      assert.equal("protocol", err.kind)
      assert.matches("the list ended early: 7 stated, 3 came", err.message, 1, true)
    end)
  end)

  describe("at a guessed page", function()
    -- Plays a full page and the answer to the guess of the next one
    local function guess(answer, meta)
      raw:reset()
      play(page(1, 3, meta), answer)
      return read(group:open())
    end

    it("that does not exist, whatever the server answers", function()
      local answers = {
        raw.response(204), raw.response(400, {}, "{}"), raw.response(404, {}, "no"), raw.response(416, {}, ""),
        raw.response(422, {}, '{"errors":[{"title":"page out of range"}]}'), raw.response(200, {}, '{"data":null}'),
        raw.response(200, {}, '{"errors":[{"status":"404"}]}'), page(1, 0), page(1, 3),
      }
      for i, answer in ipairs(answers) do
        local ids, err = guess(answer)
        assert.is_nil(err, i)
        assert.equal("1,2,3", ids, i)
        assert.equal(2, #raw:requests())
      end
    end)

    it("with an error if it failed", function()
      local kinds = { [500] = "server_error", [403] = "forbidden", [401] = "unauthorized" }
      for status, kind in pairs(kinds) do
        local ids, err = guess(raw.response(status, {}, '{"errors":[{"title":"no"}]}'))
        assert.equal("1,2,3", ids)
        assert.equal(kind, err.kind)
      end
      local _, err = guess(raw.response(200, {}, '{"errors":[{"status":"500"}]}'))
      assert.equal("protocol", err.kind)
      _, err = guess(raw.response(200, {}, ""))
      assert.equal("protocol", err.kind)
    end)

    it("with an error if a member states more in an unknown way", function()
      for _, more in ipairs { '"meta":{"nextBatchToken":"x"}', '"walk":{"nextBatchToken":"x"}' } do
        for _, answer in ipairs { page(1, 3), page(1, 0), raw.response(404, {}, "{}") } do
          local ids, err = guess(answer, more)
          assert.equal("1,2,3", ids)
          assert.equal("protocol", err.kind)
          assert.matches("nextBatchToken says so", err.message, 1, true)
        end
      end
    end)
  end)

  describe("when the same page comes again and again,", function()
    it("after the third time, without giving its resources twice", function()
      for _, last in ipairs { 1, 3 } do
        raw:reset()
        play(page(1, last, next_link(2)), page(1, last, next_link(3)), page(1, last, next_link(4)))
        local ids, err = read(group:open())
        assert.equal(last == 1 and "1" or "1,2,3", ids)
        assert.equal("protocol", err.kind)
        assert.matches("pagination loop: the same page came three times", err.message, 1, true)
        assert.equal(3, #raw:requests())
      end
    end)

    it("also by a stated total", function()
      local stated = '"meta":{"total":9}'
      play(page(1, 3, stated), page(1, 3, stated), page(1, 3, stated))
      local ids, err = read(group:open())
      assert.equal("1,2,3", ids)
      assert.equal("protocol", err.kind)
    end)

    it("also without ids", function()
      local function rows(number)
        return raw.response(200, {}, ('{"data":[{"a":1},{"a":2}],%s}'):format(next_link(number)))
      end
      play(rows(2), rows(3), rows(4))
      local count, err = 0
      local list = group:open():list "things"
      repeat
        local item
        item, err = list:next()
        if item then count = count + 1 end
      until not item
      assert.equal(4, count)
      assert.equal("protocol", err.kind)
    end)

    it("but not if all resources have one id, or a page of new ones was inserted", function()
      local function same_id(number, to)
        return raw.response(200, {}, ('{"data":[{"type":"t","id":"0","n":%d},{"type":"t","id":"0","n":%d}],'
          .. '"links":{"next":%s}}'):format(number, -number, to and ('"/things?p=%d"'):format(to) or "null"))
      end
      play(same_id(1, 2), same_id(2, 3), same_id(3))
      local ids, err = read(group:open())
      assert.is_nil(err)
      assert.equal("0,0,0,0,0,0", ids)
      play(page(7, 9, next_link(2)), page(7, 9, next_link(3)), page(10, 12, '"links":{"next":null}'))
      ids, err = read(group:open())
      assert.is_nil(err)
      assert.equal("7,8,9,10,11,12", ids)
      local stated = '"meta":{"total":6}'
      raw:reset()
      play(page(7, 9, stated), page(7, 9, stated), page(10, 12, stated))
      ids, err = read(group:open(), { page = { size = 3 } })
      assert.is_nil(err)
      assert.equal("7,8,9,10,11,12", ids)
    end)
  end)

  it("where headers state the total, the number of pages or the next page", function()
    local headers = {
      ["X-Total"] = { 3 }, ["X-Total-Count"] = { 3 }, ["X-Pagination-Total-Count"] = { 3 }, ["X-Total-Entries"] = { 3 },
      ["Total-Count"] = { 3 }, ["Total"] = { 3 }, ["X-Total-Pages"] = { 2 }, ["X-Pagination-Page-Count"] = { 2 },
      ["Total-Pages"] = { 2 }, ["X-Next-Page"] = { 2, "" }, ["Content-Range"] = { "items 0-1/3", "items 2-2/3" },
    }
    for name, values in pairs(headers) do
      local answers = { ('{"data":[%s,%s]}'):format(resource(1), resource(2)), ('{"data":[%s]}'):format(resource(3)) }
      raw:reset()
      for i, body in ipairs(answers) do
        play(raw.response(200, { [name] = tostring(values[i] or values[1]) }, body))
      end
      -- A page shorter than the requested size: only the header states a second one
      local ids, err = read(group:open(), { params = { per_page = 9 } })
      assert.is_nil(err, name)
      assert.equal("1,2,3", ids, name)
      assert.equal(2, #raw:requests())
      assert.matches("page=2", raw:requests()[2].path, 1, true)
    end
  end)

  it("where a header has no token for the next page any more", function()
    local parameters = { ["X-Next-Cursor"] = "cursor", ["Next-Cursor"] = "cursor", ["opc-next-page"] = "page" }
    for name, parameter in pairs(parameters) do
      for _, last in ipairs { { [name] = "" }, {} } do
        raw:reset()
        -- a page shorter than the requested size: only the header states a second one
        play(raw.response(200, { [name] = "a/b" }, '{"data":[' .. resource(1) .. "]}"),
          raw.response(200, last, '{"data":[' .. resource(2) .. "]}"))
        local ids, err = read(group:open(), { params = { per_page = 9 } })
        assert.is_nil(err, name)
        assert.equal("1,2", ids, name)
        assert.equal(2, #raw:requests())
        assert.matches("[?&]" .. parameter .. "=a%%2Fb$", raw:requests()[2].path)
      end
    end
  end)

  it("with an error if a header states more in an unknown way", function()
    local function headed(name, value)
      raw:reset()
      play(raw.response(200, { [name] = value }, '{"data":[' .. resource(1) .. "]}"),
        raw.response(200, { [name] = value }, '{"data":[' .. resource(1) .. "]}"))
      return read(group:open())
    end
    for _, name in ipairs { "X-MS-Continuation", "X-Next-Token", "Continuation-Token", "X-Next-Page", "X-Has-Next" } do
      local ids, err = headed(name, "abc")
      assert.equal("1", ids)
      assert.equal("protocol", err.kind)
      assert.matches(name:lower() .. " says so, but not how to request", err.message, 1, true)
    end
    for _, value in ipairs { "", "false", "0" } do
      local _, err = headed("X-Has-Next", value)
      assert.is_nil(err, value)
    end
    local _, err = headed("X-Nextjs-Cache", "HIT")
    assert.is_nil(err)
  end)

  it("where the last id of a page is the next page's cursor", function()
    local stripe = '"object":"list","has_more":%s'
    play(page(1, 3, stripe:format "true"), page(4, 5, stripe:format "false"))
    local ids, err = read(group:open())
    assert.is_nil(err)
    assert.equal("1,2,3,4,5", ids)
    assert.matches("starting_after=3", raw:requests()[2].path, 1, true)
  end)

  it("with an error if the server ignores a cursor's parameter", function()
    local cursor = '"meta":{"next_cursor":"x"}'
    play(page(1, 3, cursor), page(1, 3, cursor))
    local ids, err = read(group:open())
    assert.equal("1,2,3", ids)
    assert.equal("protocol", err.kind)
  end)

  it("at 204, which is an empty list, and none for a relationship", function()
    local api = group:open()
    for _ = 1, 6 do play(raw.response(204)) end
    assert.equal("", (read(api)))
    assert.same({}, assert(api:all "things"))
    assert.equal(0, api:count "things")
    assert.same({ n = 2 }, { n = select("#", api:first "things") })
    local related, err = api:related({ type = "things", id = "1" }, "owner")
    assert.is_nil(related)
    assert.is_nil(err)
    for _ in api:pages "things" do error "a page" end
    raw:reset()
    play(page(1, 3, next_link(2)), raw.response(204))
    assert.equal("1,2,3", (read(api)))
  end)

  it("with an error that names data as an object with numbered members", function()
    play(raw.response(200, {}, ('{"data":{"0":%s,"2":%s}}'):format(resource(1), resource(3))))
    local ids, err = read(group:open())
    assert.equal("", ids)
    assert.equal("protocol", err.kind)
    assert.matches("data is an object with numbered members", err.message, 1, true)
  end)
end)

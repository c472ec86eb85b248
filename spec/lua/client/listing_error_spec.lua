-- Lists that fail: errors after some pages, retries and limits.

local harnest = require "harnest"
local lists = require "spec.support.lists"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"

local CONTRACTS, client, expect, expect_end = lists.CONTRACTS, lists.client, lists.expect, lists.expect_end
local raised, raw_page = lists.raised, lists.raw_page
local sb = sandbox.get()
local api, raw

-- Plays pages; `instead[i]` is a whole response that replaces page i
local function play_pages(last, instead)
  local scripts = {}
  for number = 1, last do
    scripts[number] = { instead[number] or raw_page(number, last) }
  end
  raw:play(scripts)
end

lists.hook(before_each, after_each, function(opened) api = opened end)

describe("an error in the middle of a list", function()
  setup(function() raw = rawserver.start() end)
  teardown(function() raw:stop() end)
  before_each(function() api = harnest.new { url = raw.url, dialect = "jsonapi", max_retry_wait = 0.02 } end)
  after_each(function()
    api:close()
    raw:reset()
  end)

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

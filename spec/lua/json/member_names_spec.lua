-- Names of members are cached for the whole Lua state: each resource gets those that were sent,
-- whatever was read before.

local cjson = require "cjson"
local fixture = require "spec.support.client_fixture"(setup, before_each, teardown)
local rawserver = require "spec.support.rawserver"

local api

before_each(function() api = fixture.client() end)
after_each(function() api:close() end)

--- Reads a resource with these names as attributes, each with its number as value, and checks them.
local function check(names)
  local attributes = {}
  for i, name in ipairs(names) do
    attributes[i] = cjson.encode(name) .. ":" .. i
  end
  fixture.raw:play {
    {
      rawserver.response(200, {}, ('{"data":{"type":"things","id":"1","attributes":{%s}}}'):format(
        table.concat(attributes, ","))),
    },
  }
  local resource = assert(api:get("things", 1))
  local count = 0
  for _ in pairs(resource.attributes) do
    count = count + 1
  end
  assert.equal(#names, count)
  for i, name in ipairs(names) do
    assert.equal(i, resource.attributes[name])
  end
end

describe("names of members", function()
  it("of all lengths", function()
    local names = {}
    for length = 0, 200 do
      names[#names + 1] = ("n"):rep(length)
      names[#names + 1] = ("n"):rep(length) .. "m"
    end
    check(names)
    check(names)
  end)

  it("that differ in one byte", function()
    for length = 1, 70 do
      local names = { ("a"):rep(length) }
      for position = 1, length do
        names[#names + 1] = ("a"):rep(position - 1) .. "b" .. ("a"):rep(length - position)
      end
      check(names)
    end
  end)

  it("of two bytes", function()
    local names = {}
    for first = 97, 122 do
      for last = 97, 122 do
        names[#names + 1] = string.char(first, last)
      end
    end
    check(names)
  end)

  it("with NUL, and with the bytes of a shorter one before it", function()
    check { "a", "a\0", "a\0\0", "\0", "\0\0", "a\0b", "ab", "abcdefg", "abcdefg\0", "abcdefgh", "abcdefgh\0" }
  end)

  it("in many documents", function()
    for document = 1, 40 do
      local names = {}
      for i = 1, 50 do
        names[i] = "member" .. document .. "_" .. i
      end
      check(names)
    end
  end)
end)

-- JSON values as Lua values: nothing is lost that Lua can represent.

local cjson = require "cjson"
local child = require "spec.support.child"
local harnest = require "harnest"
local rawserver = require "spec.support.rawserver"

local raw, api

setup(function()
  raw = rawserver.start()
  api = harnest.new { url = raw.url, dialect = "jsonapi" }
end)

teardown(function()
  api:close()
  raw:stop()
end)

local function answer(body)
  raw:play { { rawserver.response(200, {}, body) } }
  return api:get("things", 1)
end

-- The Lua value of an attribute with this JSON text
local function read(json)
  local resource, err = answer('{"data":{"type":"things","id":"1","attributes":{"x":' .. json .. "}}}")
  assert.is_nil(err and tostring(err))
  return resource.attributes.x
end

local function refuses(json, pattern)
  local resource, err = answer('{"data":{"type":"things","id":"1","attributes":{"x":' .. json .. "}}}")
  assert.is_nil(resource, json)
  assert.equal("protocol", err.kind)
  assert.matches(pattern, err.message)
end

describe("an integer", function()
  local integers = {
    "0", "1", "-1", "42", "9007199254740991", "9007199254740993", "-9007199254740993", "4611686018427387905",
    "-9223372036854775808", "9223372036854775807",
  }

  for _, text in ipairs(integers) do
    it(text .. " is read as exactly as possible", function()
      local value = read(text)
      if math.type then
        assert.equal("integer", math.type(value))
        assert.equal(text, ("%d"):format(value))
      else
        assert.equal(tonumber(text), value)
      end
    end)
  end

  for _, text in ipairs { "9223372036854775808", "18446744073709551615", "-9223372036854775809",
    "123456789012345678901234567890", "-123456789012345678901234567890", "1" .. ("0"):rep(300) } do
    it(text:sub(1, 40) .. " beyond Lua's integers is a float", function()
      local value = read(text)
      assert.equal(tonumber(text .. ".0"), value)
      if math.type then
        assert.equal("float", math.type(value))
      end
    end)
  end

  it("of 30 digits does not affect its neighbours", function()
    local value = read '[123456789012345678901234567890,9007199254740993,"123456789012345678901234567890",0.1]'
    assert.equal(123456789012345678901234567890.0, value[1])
    assert.equal("123456789012345678901234567890", value[3])
    assert.equal(0.1, value[4])
    if math.type then
      assert.equal("9007199254740993", ("%d"):format(value[2]))
    end
  end)
end)

describe("a float", function()
  for _, text in ipairs { "12345678901234.56", "0.1", "0.30000000000000004", "1E5", "1e5", "1.5e+3", "5e-324", "1e-400",
    "2.2250738585072014e-308", "1.7976931348623157e308", "123456.789", "1.0", "-0.5", "9007199254740993.0" } do
    it(text .. " is the nearest float", function()
      local value = read(text)
      assert.equal(tonumber(text), value)
      if math.type then
        assert.equal("float", math.type(value))
      end
    end)
  end

  it("may be minus zero", function()
    local value = read "-0.0"
    assert.equal(0, value)
    assert.equal(-math.huge, 1 / value)
    assert.equal(0, read "-0")
  end)

  it("that is too large is an error that names its place", function()
    refuses("1e400", "data%.attributes%.x: 1e400 is beyond the range of a float")
    refuses("-1e309", "data%.attributes%.x: %-1e309")
    refuses('[1,{"y":[2,1e999]}]', "data%.attributes%.x%[1%]%.y%[1%]: 1e999")
    refuses(("9"):rep(400), "data%.attributes%.x: 9+%.%.%.")
  end)
end)

describe("a number", function()
  for _, text in ipairs { "01", "+1", ".5", "1.", "1e", "0x10", "NaN", "Infinity", "-", "1_000", "--1" } do
    it(text .. " is rejected", function()
      refuses(text, "%(.+%)")
    end)
  end
end)

describe("null, true and false", function()
  it("are read as such", function()
    assert.equal(harnest.null, read "null")
    assert.equal(cjson.null, harnest.null)
    assert.is_true(read "true")
    assert.is_false(read "false")
    assert.same({ harnest.null, false }, read "[null,false]")
  end)
end)

describe("an array", function()
  it("is one even if empty", function()
    local value = read "[]"
    assert.same({}, value)
    assert.is_true(harnest.is_array(value))
    assert.equal(getmetatable(harnest.array {}), getmetatable(value))
    assert.is_not_nil(getmetatable(value))
    assert.is_true(harnest.is_array(read "[1]"))
    assert.is_true(harnest.is_array((read "[[]]")[1]))
  end)

  it("differs from an object", function()
    local value = read "{}"
    assert.same({}, value)
    assert.is_false(harnest.is_array(value))
    assert.is_nil(getmetatable(value))
    assert.is_false(harnest.is_array(read '{"a":[]}'))
  end)

  it("keeps its order and its nulls", function()
    local value = read '[3,null,1,"2",[],{}]'
    assert.equal(6, #value)
    assert.same({ 3, harnest.null, 1, "2", {}, {} }, value)
  end)

  it("may be long", function()
    local items = {}
    for i = 1, 20000 do
      items[i] = i
    end
    local value = read("[" .. table.concat(items, ",") .. "]")
    assert.equal(20000, #value)
    assert.equal(20000, value[20000])
  end)
end)

describe("harnest.array and harnest.is_array", function()
  it("create and recognise arrays", function()
    local given = { 1, 2 }
    assert.equal(given, harnest.array(given))
    assert.is_true(harnest.is_array(harnest.array()))
    assert.is_true(harnest.is_array { 1 })
    for _, other in ipairs { {}, { a = 1 }, "text", 5, true } do
      assert.is_false(harnest.is_array(other))
    end
    assert.is_false(harnest.is_array(nil))
    assert.is_false(harnest.is_array(harnest.null))
    local fine, message = pcall(harnest.array, 5)
    assert.is_false(fine)
    assert.matches("harnest.array: expected a table, got 5", message, 1, true)
  end)
end)

describe("an object", function()
  it("may have any names", function()
    local value = read '{"":1,"a b":2,"été":3,"\\u0000":4,"1":5,"a.b":6,"__index":7}'
    assert.equal(1, value[""])
    assert.equal(2, value["a b"])
    assert.equal(3, value["été"])
    assert.equal(4, value["\0"])
    assert.equal(5, value["1"])
    assert.is_nil(value[1])
    assert.equal(6, value["a.b"])
    assert.equal(7, rawget(value, "__index"))
  end)

  it("keeps the last value of a duplicate name", function()
    assert.same({ a = 2, b = 1 }, read '{"a":1,"b":1,"a":2}')
    local resource = answer '{"data":{"type":"no","id":"0"},"data":{"type":"things","id":"1","id":"2"}}'
    assert.equal("2", resource.id)
  end)
end)

describe("nesting", function()
  local function nest(depth)
    local value = read(("["):rep(depth) .. ("]"):rep(depth))
    for _ = 2, depth do
      assert.equal(1, #value)
      value = value[1]
    end
    assert.same({}, value)
    return read(('{"a":'):rep(depth) .. "1" .. ("}"):rep(depth))
  end

  it("is read a hundred and a thousand levels deep", function()
    assert.is_table(nest(100))
    assert.is_table(nest(1000))
  end)

  it("beyond that is an error", function()
    refuses(("["):rep(1100) .. ("]"):rep(1100), "deeper than 1024")
    refuses(("["):rep(100000), "deeper than 1024")
    refuses(('{"a":'):rep(5000) .. "1" .. ("}"):rep(5000), "deeper than 1024")
  end)
end)

describe("a string", function()
  local strings = {
    { [["\u0000"]], "\0" }, { [["a\u0000b"]], "a\0b" }, { [["\u00e9"]], "é" }, { [["\ud83d\ude00"]], "😀" },
    { [["\"\\\/\b\f\n\r\t"]], "\"\\/\b\f\n\r\t" }, { '"漢字 😀"', "漢字 😀" }, { '""', "" }, { [["\uFFFF"]], "\239\191\191" },
    { '"\127"', "\127" },
  }
  for _, case in ipairs(strings) do
    it(case[1]:gsub("%c", "?") .. " is read", function()
      assert.equal(case[2], read(case[1]))
    end)
  end

  it("may be long", function()
    local text = ("é"):rep(100000)
    assert.equal(text, read('"' .. text .. '"'))
  end)

  local broken = {
    [["\ud83d"]], [["\ude00"]], [["\ud83dx"]], [["\ud83d\u0041"]], [["\ude00\ud83d"]], '"\255"', '"\192\128"',
    '"\237\160\128"', '"\195"', '"\226\130"', '"\244\144\128\128"', [["\x41"]], [["\u12"]], '"a\nb"', '"\0"', '"abc',
  }
  for _, text in ipairs(broken) do
    it(text:gsub("[%c\128-\255]", "?") .. " is not UTF-8, or not JSON", function()
      refuses(text, "%(.+%)")
    end)
  end

  it("with half a surrogate pair is rejected in every Lua", function()
    local resource, err = answer [[{"data":{"type":"things","id":"\ud800"}}]]
    assert.is_nil(resource)
    assert.equal("protocol", err.kind)
  end)
end)

describe("a text", function()
  it("may begin with a byte order mark and have surrounding space", function()
    assert.equal("1", answer('\239\187\191{"data":{"type":"things","id":"1"}}').id)
    assert.equal("1", answer(' \r\n\t{ "data" : {"type":"things","id":"1"} }\n\n').id)
  end)

  it("may not continue after its end", function()
    local resource, err = answer '{"data":{"type":"things","id":"1"}} x'
    assert.is_nil(resource)
    assert.equal("protocol", err.kind)
  end)
end)

describe("a value that was read", function()
  local texts = {
    '{"a":[1,2,{"b":null}],"c":"d","e":true,"f":1.5}', "[1,-1,0.1,1e300]", '"é\\u0000"', "null", "[[1],[2,[3]]]",
    '{"x":{"y":{"z":false}}}', "[null,null]", '{"1":"one"}',
  }

  it("equals what cjson reads", function()
    for _, text in ipairs(texts) do
      assert.same(cjson.decode("[" .. text .. "]")[1], read(text))
    end
  end)

  it("is encoded by cjson unchanged", function()
    for _, text in ipairs(texts) do
      local value = read(text)
      assert.same(value, cjson.decode("[" .. cjson.encode(value) .. "]")[1])
    end
    if cjson.array_mt then
      assert.equal('{"a":[]}', cjson.encode(read '{"a":[]}'))
    end
    local resource = answer '{"data":{"type":"things","id":"1","attributes":{"n":null,"x":1}}}'
    assert.same({ type = "things", id = "1", attributes = { n = cjson.null, x = 1 } },
      cjson.decode(cjson.encode(resource)))
  end)
end)

-- Neovim has Lua 5.1 or LuaJIT. .ci/nvim checks it in Neovim itself.
if _VERSION == "Lua 5.1" then
  describe("in Neovim", function()
    it("null is vim.NIL, and empty objects are those of Neovim", function()
      local printed = child.run [[
        vim = { NIL = newproxy(true), _empty_dict_mt = {} }
        local harnest = require "harnest"
        local core = require "harnest.core"
        assert(harnest.null == vim.NIL)
        local read = harnest.decode '{"a":null,"b":{},"c":[],"d":{"e":1},"f":[null]}'
        assert(read.a == vim.NIL and read.f[1] == vim.NIL)
        assert(getmetatable(read.b) == vim._empty_dict_mt and getmetatable(read.c) ~= vim._empty_dict_mt)
        assert(getmetatable(read.d) == nil)
        assert(core.is_null(vim.NIL) and not core.is_null(newproxy(true)) and not core.is_null(nil))
        local has_cjson, cjson = pcall(require, "cjson")
        if has_cjson then
          assert(core.is_null(cjson.null))
          print(harnest.encode { cjson.null })
        end
        print(harnest.encode(read), harnest.encode { a = vim.NIL, b = setmetatable({}, vim._empty_dict_mt) })
        print(select(2, pcall(harnest.encode, { a = newproxy(true) })))
        local function t(relationship, attribute)
          return { type = "t", id = "1", attributes = { a = attribute }, relationships = { r = relationship } }
        end
        print(harnest.encode(harnest.changes(t({ type = "p", id = "1" }, 1), t(vim.NIL, vim.NIL))))
        print(harnest.changes(t(vim.NIL, vim.NIL), t(vim.NIL, vim.NIL)))
        local linkage = require "harnest.linkage"
        assert(linkage.of(vim.NIL, "x") == vim.NIL)
        print(select(2, pcall(harnest.query, { filter = { a = vim.NIL } })))
      ]]
      assert.equal(([[
[null]
{"a":null,"b":{},"c":[],"d":{"e":1},"f":[null]}	{"a":null,"b":{}}
value.a: cannot encode a userdata as JSON
{"attributes":{"a":null},"relationships":{"r":{"data":null}}}
nil
query.filter.a: cannot send null in a query; give the string that your server uses for it
]]):gsub("\n%s+", "\n"), (printed:gsub("[^\n]-([a-z.]+: cannot)", "%1")))
    end)

    it("values of other kinds named vim change nothing", function()
      for _, vim in ipairs { "5", "{}", "{ NIL = 5, _empty_dict_mt = true }", "false" } do
        assert.equal("true\n", child.run("vim = " .. vim .. [[
          local harnest = require "harnest"
          print(type(harnest.null) == "userdata" and getmetatable(harnest.decode "{}") == nil)
        ]]))
      end
    end)
  end)
end

-- encode: text reads back as the same value.

local cjson = require "cjson"
local locale = require "spec.support.locale"
local core = require "harnest.core"
local harnest = require "harnest"

local encode, decode, array, null = core.encode, core.decode, harnest.array, harnest.null
local has_integers = math.type ~= nil
local on_windows = package.config:sub(1, 1) == "\\" -- where tonumber is inexact (strtod of mingw-w64)

describe("encode", function()
  local loud = { __index = error, __pairs = error, __len = error, __tostring = error }
  local cases = {
    { "null", null, "null" },
    { "cjson's null", cjson.null, "null" },
    { "true", true, "true" },
    { "false", false, "false" },
    { "a string", "nda", '"nda"' },
    { "an empty string", "", '""' },
    { "escapes", '"\\/\b\f\n\r\t\0\1\31\127', [["\"\\/\b\f\n\r\t\u0000\u0001\u001f]] .. "\127\"" },
    { "UTF-8", "é漢😀\226\128\168\226\128\169\244\143\191\191", '"é漢😀\226\128\168\226\128\169\244\143\191\191"' },
    { "a string that looks like a number", "1", '"1"' },
    { "an array", { 1, "x", true, null }, '[1,"x",true,null]' },
    { "arrays within", { { { 1 } } }, "[[[1]]]" },
    { "an object", { b = 1, a = 2, ab = 3, B = 4, ["é"] = 5, [""] = 6 }, '{"":6,"B":4,"a":2,"ab":3,"b":1,"é":5}' },
    { "one that holds objects", { z = { y = 1, x = { w = 2, v = {} } }, a = { c = 1, b = 2 } },
      '{"a":{"b":2,"c":1},"z":{"x":{"v":{},"w":2},"y":1}}' },
    { "names that are numbers in strings", { ["1"] = 1, ["2"] = 2 }, '{"1":1,"2":2}' },
    { "a name with NUL and quotes", { ['a\0"'] = 1 }, [[{"a\u0000\"":1}]] },
    { "an empty table", {}, "{}" },
    { "an empty array", array {}, "[]" },
    { "an array with items and the mark", array { 1 }, "[1]" },
    { "one table twice", (function() local t = { 1 } return { t, { x = t } } end)(), '[[1],{"x":[1]}]' },
    { "tables raw", setmetatable({ a = setmetatable({ 1 }, loud) }, loud), '{"a":[1]}' },
    { "positions that are floats", { [1.0] = "a", [2.0] = "b" }, '["a","b"]' },
  }
  for _, case in ipairs(cases) do
    it("writes " .. case[1], function() assert.equal(case[3], encode(case[2])) end)
  end

  it("writes strings of every length with escapes in every place", function()
    local escapes = { ["\n"] = "\\n", ['"'] = '\\"', ["\\"] = "\\\\", ["é"] = "é", ["\31"] = "\\u001f" }
    for length = 0, 40 do
      local plain = ("x"):rep(length)
      assert.equal('"' .. plain .. '"', encode(plain))
      for at = 1, length do
        for byte, expected in pairs(escapes) do
          local before, after = plain:sub(1, at - 1), plain:sub(at + 1)
          assert.equal('"' .. before .. expected .. after .. '"', encode(before .. byte .. after))
        end
      end
    end
  end)

  it("writes large tables", function()
    local items, record = {}, {}
    for i = 1, 20000 do
      items[i] = i
      record[("n%05d"):format(i)] = i
    end
    assert.equal("[" .. table.concat(items, ",") .. "]", encode(items))
    assert.same(record, decode(encode(record)))
    assert.matches('^{"n00001":1,"n00002":2,.*"n20000":20000}$', encode(record))
  end)

  it("orders members independently of how the table was built", function()
    local one, other = {}, {}
    for i = 1, 100 do
      one["n" .. i] = i
      other["n" .. 101 - i] = 101 - i
    end
    assert.equal(encode(one), encode(other))
  end)

  it("frees its memory when it raises", function()
    local value = { text = ("x"):rep(100000), z = print }
    for _ = 1, 200 do
      assert.is_false(pcall(encode, value))
    end
  end)
end)

describe("encode: numbers", function()
  local cases = {
    { 0.5, "0.5" }, { -2.5, "-2.5" }, { 0.1, "0.1" }, { 0.1 + 0.2, "0.30000000000000004" },
    { 1 / 3, "0.3333333333333333" },
    { 12345678901234.56, "12345678901234.56" }, { 1e-5, "0.00001" }, { 0.000001, "0.000001" }, { 1e-7, "1e-7" },
    { 1.25e-7, "1.25e-7" }, { 1e19, "1e19" }, { 1e22, "1e22" }, { 1e23, "1e23" }, { 1e100, "1e100" },
    { -1e100, "-1e100" },
    { 1.7976931348623157e308, "1.7976931348623157e308" }, { 5e-324, "5e-324" }, { 2.0 ^ -44, "5.684341886080802e-14" },
    { 2.2250738585072014e-308, "2.2250738585072014e-308" }, { 2.225073858507201e-308, "2.225073858507201e-308" },
    { 2.0 ^ 70, "1.1805916207174113e21" }, { -1 / math.huge, "-0.0" }, { 1234.5678, "1234.5678" },
  }
  if has_integers then
    for number, text in pairs {
      [0] = "0", [-7] = "-7", [math.maxinteger] = "9223372036854775807", [math.mininteger] = "-9223372036854775808",
      [9007199254740993] = "9007199254740993", [-9007199254740993] = "-9007199254740993",
    } do
      cases[#cases + 1] = { number, text }
    end
    for text, number in pairs {
      ["0.0"] = 0.0, ["1.0"] = 1.0, ["-50.0"] = -50.0, ["9007199254740992.0"] = 2.0 ^ 53, ["1e16"] = 1e16,
      ["1000000000000000.0"] = 1e15, ["9.223372036854776e18"] = 2.0 ^ 63,
    } do
      cases[#cases + 1] = { number, text }
    end
  else
    for text, number in pairs {
      ["0"] = 0, ["1"] = 1, ["-50"] = -50, ["9007199254740991"] = 2 ^ 53 - 1, ["9007199254740992"] = 2 ^ 53,
      ["10000000000000000"] = 1e16, ["1152921504606846976"] = 2 ^ 60, ["9223372036854774784"] = 2 ^ 63 - 1024,
      ["-9223372036854775808"] = -2 ^ 63, ["9.223372036854776e18"] = 2 ^ 63,
    } do
      cases[#cases + 1] = { number, text }
    end
  end
  for _, case in ipairs(cases) do
    it("writes " .. case[2], function() assert.equal(case[2], encode(case[1])) end)
  end

  it("reads back the same bits", function()
    for exponent = -1074, 1023 do
      for _, factor in ipairs { 1, 1 + 2.0 ^ -52, 2 - 2.0 ^ -52, 1.1, 1 + 1 / 3 } do
        local number = factor * 2.0 ^ exponent
        -- luassert would take most of the time, above all under a memory checker
        local text = encode(number)
        local is_read = decode(text) == number and (on_windows or tonumber(text) == number)
        if not is_read then error(("%.17g became %s"):format(number, text)) end
      end
    end
    assert.equal(-math.huge, 1 / decode(encode(-1 / math.huge)))
  end)

  it("writes the shortest digits", function()
    for exponent = -300, 300, 7 do
      for precision = 1, 15 do
        local digits = ("%." .. precision - 1 .. "e"):format(1.0987654321098765 * 10 ^ exponent)
        local text = encode(tonumber(digits))
        local mantissa = text:gsub("e.*$", ""):gsub("%.", ""):gsub("^0+", ""):gsub("0+$", "")
        assert.is_true(#mantissa <= precision, text)
      end
    end
  end)

  it("writes a decimal point in every locale", function()
    locale.each(function()
      assert.equal("[0.5,0.3333333333333333,1e100,5.684341886080802e-14,5e-324]",
        encode { 0.5, 1 / 3, 1e100, 2.0 ^ -44, 5e-324 })
    end)
  end)
end)

describe("encode: empty tables of JSON:API", function()
  local cases = {
    { "document", { data = {} }, '{"data":[]}' },
    { "document", { data = null }, '{"data":null}' },
    { "document", { data = { type = "x", attributes = { data = {} } } },
      '{"data":{"attributes":{"data":{}},"type":"x"}}' },
    { "document", { data = { { relationships = { r = { data = {} } } } } },
      '{"data":[{"relationships":{"r":{"data":[]}}}]}' },
    { "document", { included = {}, meta = {} }, '{"included":[],"meta":{}}' },
    { "document", { ["atomic:operations"] = { { op = "add", ref = {}, data = {} } } },
      '{"atomic:operations":[{"data":[],"op":"add","ref":{}}]}' },
    { "resource", { relationships = { r = { data = {} }, data = { data = {}, meta = { data = {} } } } },
      '{"relationships":{"data":{"data":[],"meta":{"data":{}}},"r":{"data":[]}}}' },
    { "resource", { attributes = { relationships = { r = { data = {} } } } },
      '{"attributes":{"relationships":{"r":{"data":{}}}}}' },
    { "relationships", { r = { data = {} } }, '{"r":{"data":[]}}' },
    { "data", {}, "[]" },
    { "plain", { data = {}, relationships = { r = { data = {} } } }, '{"data":{},"relationships":{"r":{"data":{}}}}' },
  }
  for _, case in ipairs(cases) do
    it("writes the " .. case[1] .. " " .. case[3], function() assert.equal(case[3], encode(case[2], case[1])) end)
  end
end)

describe("encode: cjson's array marks", function()
  local always, when_empty, plain = {}, {}, { __name = "another" }
  -- the only way to a light userdata other than null; not in Lua 5.1
  local sentinel = debug.upvalueid and debug.upvalueid(function() return always end, 1)

  setup(function()
    core.set_array_marks { [always] = "array", [when_empty] = "empty", [null] = "empty", [sentinel or {}] = "empty" }
  end)

  teardown(function()
    local marks = {}
    for name, meaning in pairs { array_mt = "array", empty_array_mt = "empty", empty_array = "empty" } do
      if cjson[name] then
        marks[cjson[name]] = meaning
      end
    end
    core.set_array_marks(marks)
  end)

  it("are recognised", function()
    assert.equal("[[],[],[]]", encode { setmetatable({}, always), setmetatable({}, when_empty), array {} })
    assert.equal("{}", encode(setmetatable({}, plain)))
    assert.equal('[[1],[1],{"x":1}]', encode { setmetatable({ 1 }, always), setmetatable({ 1 }, when_empty),
      setmetatable({ x = 1 }, when_empty) })
  end)

  it("may be values, but null stays null", function()
    assert.equal("null", encode(null))
    if sentinel then
      assert.equal('{"x":[]}', encode { x = sentinel })
      local another = debug.upvalueid(function() return plain end, 1)
      assert.has_error(function() encode { x = another } end, "x: cannot encode a userdata as JSON")
    end
  end)

  it("reject names in an array", function()
    assert.has_error(function() encode { x = setmetatable({ y = 1 }, always) } end,
      "x: a table marked as an array has string keys")
  end)
end)

local is_ffi, ffi = pcall(require, "ffi")
if is_ffi and type(jit) == "table" then -- luacheck: ignore 113
  describe("LuaJIT's 64-bit integers", function()
    local function int(digits) return assert(loadstring("return " .. digits))() end -- luacheck: ignore 113

    it("are integers", function()
      for literal, digits in pairs {
        ["0LL"] = "0", ["1ULL"] = "1", ["-5LL"] = "-5", ["9007199254740993LL"] = "9007199254740993",
        ["-9223372036854775807LL"] = "-9223372036854775807", ["18446744073709551615ULL"] = "18446744073709551615",
      } do
        assert.equal(digits, encode(int(literal)))
        assert.equal('{"a":[' .. digits .. "]}", encode { a = { int(literal) } })
      end
      assert.equal("7", encode(ffi.new("int64_t", 7)))
      assert.equal("7", encode(ffi.new("uint64_t", 7)))
    end)

    it("are the only cdata that can be encoded", function()
      for _, value in ipairs { ffi.new("int", 1), ffi.new("double", 1), ffi.new("int64_t[1]"), int "1i", ffi } do
        local _, message = pcall(encode, { a = value })
        assert.truthy(message:find "a.*: cannot encode a .* as JSON", message)
      end
    end)
  end)
end

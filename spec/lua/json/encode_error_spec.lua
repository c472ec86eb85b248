-- encode rejects values that JSON cannot represent, with their path; decode rejects invalid JSON.

local core = require "harnest.core"
local harnest = require "harnest"

local encode, decode, array = core.encode, core.decode, harnest.array

describe("encode: what JSON cannot represent", function()
  local function at(value)
    return { attributes = { lines = { 1, { price = 2 }, { price = value } } } }
  end
  local itself = { attributes = {} }
  itself.attributes.self = itself.attributes
  local whole = { a = {} }
  whole.a[1] = whole
  local mutual = { x = { y = {} } }
  mutual.x.y.z = mutual.x

  local place = "attributes.lines[3].price: "
  local cases = {
    { "a function", at(print), place .. "cannot encode a function as JSON" },
    { "a userdata", at(io.stdout), place .. "cannot encode a userdata as JSON" },
    { "a coroutine", at(coroutine.create(function() end)), place .. "cannot encode a coroutine as JSON" },
    { "NaN", at(0 / 0), place .. "cannot encode NaN as JSON" },
    { "infinity", at(math.huge), place .. "cannot encode infinity as JSON" },
    { "negative infinity", at(-math.huge), place .. "cannot encode infinity as JSON" },
    { "a mixed table", at { 1, x = 2 }, place .. "cannot encode a table with both names and positions as JSON" },
    { "a mixed table whose positions are late", at { [7] = 1, x = 2 },
      place .. "cannot encode a table with both names and positions as JSON" },
    { "a sparse table", at { 1, nil, 3 },
      place .. "cannot encode an array with holes as JSON; fill them with harnest.null" },
    { "one that starts late", at { [2] = 1 },
      place .. "cannot encode an array with holes as JSON; fill them with harnest.null" },
    { "a position 0", at { [0] = 1 },
      place .. "cannot encode a key that is a number but not a position as JSON; use strings or positions" },
    { "a position between two", at { 1, [1.5] = 2 },
      place .. "cannot encode a key that is a number but not a position as JSON; use strings or positions" },
    { "a key that is true", at { [true] = 1 },
      place .. "cannot encode a key that is a boolean as JSON; use strings or positions" },
    { "a key that is a table among items", at { 1, 2, [{}] = 1 },
      place .. "cannot encode a key that is a table as JSON; use strings or positions" },
    { "names in an array", at(array { x = 1 }), place .. "a table marked as an array has string keys" },
    { "bytes", at "\255", place .. "not UTF-8, from byte 1 on" },
    { "text cut short", at "0123456789abcdé\226\130", place .. "not UTF-8, from byte 17 on" },
    { "a surrogate", at "x\237\160\128", place .. "not UTF-8, from byte 2 on" },
    { "an overlong NUL", at "xyzxyzxyz\192\128", place .. "not UTF-8, from byte 10 on" },
    { "beyond Unicode", at "\244\144\128\128", place .. "not UTF-8, from byte 1 on" },
    { "a name that is no text", at { ["a\255"] = 1 }, place:sub(1, -3) .. '["a\\xff"]: the name is not UTF-8' },
    { "a cycle", itself, "attributes.self: a cycle, the same table as attributes" },
    { "a cycle to the root", whole, "a[1]: a cycle, the same table as the root" },
    { "a longer cycle", mutual, "x.y.z: a cycle, the same table as x" },
    { "a function at the root", print, "cannot encode a function as JSON" },
    { "nil", nil, "cannot encode nil as JSON; use harnest.null" },
    { "a value in an array", { { 1, print } }, "[1][2]: cannot encode a function as JSON" },
    { "a value under odd names", { ["a.b"] = { [""] = { ["x\ny\"\\"] = print } } },
      [=[["a.b"][""]["x\x0ay\"\\"]: cannot encode a function as JSON]=] },
    { "a value under a name of JSON:API", { ["first name"] = { ["é-x_1"] = print } },
      "first name.é-x_1: cannot encode a function as JSON" },
  }
  for _, case in ipairs(cases) do
    it("is rejected: " .. case[1], function()
      assert.has_error(function() encode(case[2]) end, case[3])
    end)
  end

  it("is named from the caller's root name", function()
    local function usage_error(value, root)
      local _, message = pcall(encode, value, "plain", root)
      return (message:gsub("^[^:]+:%d+: ", ""))
    end
    assert.equal("body.x[2]: cannot encode a function as JSON",
      usage_error({ x = { 1, print } }, "body"))
    assert.equal("body[2]: cannot encode a function as JSON", usage_error({ 1, print }, "body"))
    assert.equal('body["a.b"]: cannot encode a function as JSON',
      usage_error({ ["a.b"] = print }, "body"))
    assert.equal("body: cannot encode a function as JSON", usage_error(print, "body"))
    assert.equal("body.x: a cycle, the same table as body", usage_error((function()
      local t = {}
      t.x = t
      return t
    end)(), "body"))
    assert.equal("x: cannot encode a function as JSON", usage_error({ x = print }, ""))
  end)

  it("may be nested as deep as decode allows", function()
    local deepest = ("["):rep(1024) .. ("]"):rep(1024)
    assert.equal(deepest, encode((assert(decode(deepest)))))
    assert.is_nil((decode("[" .. deepest .. "]")))
    local deeper = { decode(deepest) }
    local message = ("[1]"):rep(1024) .. ": nested deeper than 1024"
    assert.has_error(function() encode(deeper) end, message:sub(1, 667) .. "..." .. message:sub(-333))
    local objects = 1
    for _ = 1, 1024 do objects = { x = objects } end
    assert.equal(('{"x":'):rep(1024) .. "1" .. ("}"):rep(1024), encode(objects))
    assert.has_error(function() encode { x = objects } end)
  end)

  it("may be written from a deeply nested coroutine", function()
    local deepest = assert(decode(('{"x":['):rep(512) .. ("]}"):rep(512)))
    assert.equal(encode(deepest), coroutine.wrap(function() return encode(deepest) end)())
  end)

  it("checks its arguments", function()
    assert.has_error(function() encode() end)
    assert.has_error(function() encode({}, "soap") end)
  end)
end)

describe("decode", function()
  it("returns nil and a reason for invalid JSON", function()
    for _, text in ipairs { "", "{", "[1,]", "nul", '"\255"', "1 2", "01" } do
      local value, reason = decode(text)
      assert.is_nil(value)
      assert.equal("string", type(reason))
      assert.is_true(#reason > 0)
    end
    assert.equal("data[0].x: 1e400 is beyond the range of a float", select(2, decode '{"data":[{"x":1e400}]}'))
    assert.has_error(function() decode {} end)
  end)

  it("accepts any value at the root", function()
    for _, text in ipairs { "null", "true", "false", '"x"', "1.5", "[]", "{}", "[1]" } do
      assert.equal(text, encode((decode(text))))
    end
  end)
end)

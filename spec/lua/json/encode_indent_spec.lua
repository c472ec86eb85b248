-- encode with an indent.

local harnest = require "harnest"
local random_json = require "spec.support.random_json"
local raised = require "spec.support.usage_error"

local array, null = harnest.array, harnest.null

describe("encode with an indent", function()
  local value = { a = { 1, { b = null, c = array {} }, {} }, d = 'x,"y":[{}]\\', e = {}, ["f:\"{"] = true,
    g = { { {} } } }

  it("writes a line for each member and item", function()
    assert.equal([[
{
  "a": [
    1,
    {
      "b": null,
      "c": []
    },
    {}
  ],
  "d": "x,\"y\":[{}]\\",
  "e": {},
  "f:\"{": true,
  "g": [
    [
      {}
    ]
  ]
}]], harnest.encode(value, { indent = 2 }))
    for _, plain in ipairs { 1, "a", "", true, null, {}, array {}, array { array {} } } do
      local text = harnest.encode(plain, { indent = 3 })
      assert.equal(harnest.encode(plain), (text:gsub("%s", "")))
    end
    assert.equal("[\n    1\n]", harnest.encode({ 1 }, { indent = 4 }))
    assert.equal("[\n" .. (" "):rep(16) .. "1\n]", harnest.encode({ 1 }, { indent = 16 }))
  end)

  it("of 0, or without one, writes one line", function()
    for _, options in ipairs { { indent = 0 }, {} } do
      assert.equal(harnest.encode(value), harnest.encode(value, options))
    end
    assert.is_nil(harnest.encode(value):find("\n", 1, true))
  end)

  -- Removes the white space between tokens
  local function without_space(text)
    local parts, in_string, escaped = {}, false, false
    for c in text:gmatch "." do
      if in_string or not c:find "[ \n]" then parts[#parts + 1] = c end
      if c == '"' and not escaped then in_string = not in_string end
      escaped = in_string and c == "\\" and not escaped
    end
    return table.concat(parts)
  end

  it("writes the same but for white space", function()
    local next_text, compared = random_json(7), 0
    for _ = 1, 300 do
      local decoded, reason = harnest.decode(next_text())
      if reason == nil then
        local compact, indented = harnest.encode(decoded), harnest.encode(decoded, { indent = 1 })
        assert.equal(compact, without_space(indented))
        compared = compared + 1
      end
    end
    assert.is_true(compared > 100)
  end)

  it("raises a usage error for wrong options", function()
    local cases = {
      { { indent = -1 }, "harnest.encode: option indent: expected a whole number from 0 to 16, got -1" },
      { { indent = 17 }, "harnest.encode: option indent: expected a whole number from 0 to 16, got 17" },
      { { indent = 1.5 }, "harnest.encode: option indent: expected a whole number from 0 to 16, got 1.5" },
      { { indent = "2" }, "harnest.encode: option indent: expected a whole number from 0 to 16, got string" },
      { { indnet = 2 }, "harnest.encode: option indnet: unknown; did you mean indent?" },
      { 2, "harnest.encode: options: expected a table, got 2" },
      { "x", "harnest.encode: options: expected a table, got string" },
    }
    for _, case in ipairs(cases) do assert.equal(case[2], raised(harnest.encode, value, case[1])) end
    assert.equal("harnest.encode: value.x: cannot encode a function as JSON",
      raised(harnest.encode, { x = print }, { indent = 2 }))
  end)
end)

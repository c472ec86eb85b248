-- Each page shape of the sandbox, recorded and played: equal resource by resource.

local harnest = require "harnest"
local new_fixture = require "spec.support.cassette_fixture"
local sandbox = require "spec.support.sandbox"

local size = require "spec.support.size"
local shapes = require "sandbox.shapes"

local names = {}
for name in pairs(shapes) do names[#names + 1] = name end
table.sort(names)

describe("a cassette of the page shape", function()
  local fixture = new_fixture(setup, before_each, after_each, teardown)
  local sb = sandbox.get()

  -- All resources as text, and the kind of error that ended the list
  local function list(api)
    local seen = {}
    local pages = api:list("contracts", { filter = { status = 1, archived = true } })
    while true do
      local resource, err = pages:next()
      if not resource then
        return { count = #seen, text = table.concat(seen), kind = err and err.kind }
      end
      seen[#seen + 1] = harnest.encode(resource)
    end
  end

  local function assert_equal(expected, found)
    assert.equal(expected.count, found.count)
    assert.is_true(expected.text == found.text)
    assert.equal(expected.kind, found.kind)
  end

  for i = 1, #names, size(4, 1) do
    local name = names[i]
    it(name, function()
      local live = fixture:record({}, list, { url = sb:shape(name), token = sb.token, dialect = "jsonapi" })
      assert.truthy(live.count > 0 or live.kind)
      assert_equal(live, fixture:replay(list, { dialect = "jsonapi" }))
      assert_equal(live, fixture:replay(list, { dialect = "jsonapi", url = "https://elsewhere.example/x/y" }))
      assert.same({}, fixture.warnings)
    end)
  end
end)

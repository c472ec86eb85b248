-- Cassettes in every loop: what one records, all play.

local harnest = require "harnest"
local loops = require "spec.support.loops"
local new_fixture = require "spec.support.cassette_fixture"
local sandbox = require "spec.support.sandbox"

-- Lists pages, gets, writes, and runs functions concurrently. Returns what came of it as text.
local function use(api)
  local seen = {}
  for _, query in ipairs {
    { page = { size = 20 }, limit = 50, sort = "id" },
    { page = { size = 25 }, filter = { status = 2 }, concurrency = 4, limit = 125 },
  } do
    local list = api:list("contracts", query)
    local resource = list:next()
    while resource do -- PUC Lua 5.1 cannot yield in a `for`
      seen[#seen + 1] = resource.id .. resource.attributes.title
      resource = list:next()
    end
  end
  local results = api:parallel(function() return api:get("contracts", 3).id end,
    function() return select(2, api:get("contracts", "none")).kind end,
    function() return api:count("people") end)
  for _, result in ipairs(results) do seen[#seen + 1] = tostring(result[1]) end
  local made = api:create("contracts", { attributes = { title = "made", status = 0 },
    relationships = { company = { type = "companies", id = "1" } } })
  seen[#seen + 1] = made.id
  seen[#seen + 1] = api:update(made, { attributes = { title = "changed" } }).attributes.title
  seen[#seen + 1] = tostring(api:delete(made))
  seen[#seen + 1] = select(2, api:get("contracts", made.id)).kind
  return harnest.encode(seen)
end

for _, loop in ipairs(loops) do
  describe("a cassette with the loop " .. loop.name, function()
    local fixture = new_fixture(setup, before_each, after_each, teardown)
    local sb = sandbox.get()

    local function run(api)
      local text
      loop.run(function() text = use(api) end, api)
      return text
    end

    it("is recorded, and played by each loop without the server", function()
      local live = fixture:record({}, run, { url = sb:copy(), token = sb.token, loop = loop.option })
      assert.truthy(#live > 1000)
      assert.is_nil(fixture:text():find(sb.token, 1, true))
      for _, other in ipairs(loops) do
        local played = fixture:replay(function(api)
          local text
          other.run(function() text = use(api) end, api)
          return text
        end, { loop = other.option })
        assert.equal(live, played, other.name)
        assert.same({}, fixture.warnings)
      end
    end)
  end)
end

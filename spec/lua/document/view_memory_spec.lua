-- The lifetime of a view's page.

local child = require "spec.support.child"
local harnest = require "harnest"
local sandbox = require "spec.support.sandbox"
local view_fixture = require "spec.support.view_fixture"

local sb = sandbox.get()
local fixture = view_fixture(setup, before_each, teardown)
local VIEW, shows = fixture.VIEW, fixture.shows

describe("a view's page", function()
  it("lives as long as the view", function()
    local kept = {}
    for contract in fixture.api:list("contracts", { page = { size = 5 }, limit = 40 }, VIEW) do
      kept[#kept + 1] = contract.attributes
    end
    collectgarbage()
    collectgarbage()
    for _ = 1, 1000 do kept.litter = ("x"):rep(1000) .. #kept end
    local plain = assert(fixture.api:all("contracts", { limit = 40 }))
    for i, attributes in ipairs(kept) do shows(attributes, plain[i].attributes) end
  end)

  it("outlives its client, as resources do", function()
    local other = harnest.new { url = sb.url, token = sb.token }
    local view = assert(other:get("contracts", 7, { include = "owner" }, VIEW))
    other:close()
    other = nil -- luacheck: ignore 311
    collectgarbage()
    assert.equal("7", view.id)
    assert.equal("people", view:related("owner").type)
  end)

  it("is freed with the view", function()
    local page = setmetatable({}, { __mode = "k" })
    local view, its = fixture.api:list("contracts", { limit = 1, include = "owner" }, VIEW):next()
    page[its] = true
    view:related("owner")
    view, its = view.attributes, nil -- luacheck: ignore 311
    collectgarbage()
    assert.is_not_nil(next(page))
    assert.is_string(view.title)
    view = nil -- luacheck: ignore 311
    collectgarbage()
    collectgarbage()
    assert.is_nil(next(page))
  end)

  -- Finalizers run in any order; if the page was freed first, access must be an error
  it("may be used by finalizers", function()
    local printed = child.run([[
      local url, token = ...
      local harnest = require "harnest"
      local api = harnest.new { url = url, token = token }
      local outcomes = {}
      local function finalizer()
        local held = {}
        local function touch()
          local fine, text = pcall(function()
            local view = held.view
            local owner = view:related "owner"
            local count = 0
            for _ in view.attributes() do count = count + 1 end
            return owner.attributes.name .. view.attributes.title .. view:table().id .. count .. tostring(view)
          end)
          outcomes[#outcomes + 1] = fine and #text > 10 and "read" or tostring(text):match "collected" or tostring(text)
        end
        if newproxy then
          held.proxy = newproxy(true)
          getmetatable(held.proxy).__gc = touch
        else
          setmetatable(held, { __gc = touch })
        end
        return held
      end
      for _ = 1, 20 do
        local before = finalizer()
        local view = api:first("contracts", { include = "owner", view = true })
        local after = finalizer()
        before.view, after.view, before.self, after.self = view, view, before, after
        before, view, after = nil, nil, nil
        collectgarbage() collectgarbage()
      end
      local good = 0
      for _, outcome in ipairs(outcomes) do
        if outcome == "read" or outcome == "collected" then good = good + 1 else print(outcome) end
      end
      print(#outcomes >= 40 and good == #outcomes)
    ]], sb.url, sb.token)
    assert.equal("true\n", printed)
  end)
end)

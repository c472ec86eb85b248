-- api:first.

local lists = require "spec.support.lists"
local sandbox = require "spec.support.sandbox"

local asked, client = lists.asked, lists.client
local sb = sandbox.get()
local api

lists.hook(before_each, after_each, function(opened) api = opened end)

describe("api:first", function()
  it("returns the first resource with one request", function()
    assert.equal("1", assert(api:first "contracts").id)
    assert.equal("2", assert(api:first("contracts", { filter = { status = 2 } }, { limit = 10 })).id)
    assert.equal("10", assert(api:first("contracts", { filter = { id = "10" }, page = { size = 3 } })).id)
    assert.equal(3, asked())
  end)

  it("requests one resource from Harnest", function()
    local harnest_api = client { dialect = "harnest" }
    assert.equal("1", assert(harnest_api:first "contracts").id)
    assert.matches("page%[size%]=1$", (sb:requests "contracts"[1].uri:gsub("%%5B", "["):gsub("%%5D", "]")))
    harnest_api:close()
  end)

  it("returns nil alone if there is none, and accepts one resource and null", function()
    for _, target in ipairs { "empties", "contracts/10/company" } do
      local results = { api:first(target) }
      assert.is_nil(results[1])
      assert.is_nil(results[2])
    end
    assert.equal("people", assert(api:first "contracts/10/owner").type)
  end)

  it("returns nil and an error", function()
    local resource, err = api:first "nothing"
    assert.is_nil(resource)
    assert.equal("not_found", err.kind)
  end)
end)

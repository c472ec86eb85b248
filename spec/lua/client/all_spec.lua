-- api:all.

local harnest = require "harnest"
local lists = require "spec.support.lists"

local api

lists.hook(before_each, after_each, function(opened) api = opened end)

describe("api:all", function()
  it("returns an array, also if it is empty", function()
    local all = assert(api:all("companies", { page = { size = 7 } }))
    assert.equal(40, #all)
    for i, company in ipairs(all) do
      assert.equal(tostring(i), company.id)
    end
    local none = assert(api:all "empties")
    assert.same({}, none)
    assert.is_true(harnest.is_array(none))
    assert.equal(3, #assert(api:all("contracts", { limit = 3 })))
  end)

  it("returns nil and an error, with an empty array if nothing was received", function()
    local all, err = api:all "nothing"
    assert.is_nil(all)
    assert.equal("not_found", err.kind)
    assert.same({}, err.partial)
  end)
end)

local harnest = require "harnest"

describe("uuid", function()
  it("has the form, version and variant of RFC 9562's version 4", function()
    for _ = 1, 100 do
      local uuid = harnest.uuid()
      assert.equal(36, #uuid)
      assert.truthy(uuid:match "^%x%x%x%x%x%x%x%x%-%x%x%x%x%-4%x%x%x%-[89ab]%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x$")
      assert.equal(uuid:lower(), uuid)
    end
  end)

  it("never repeats", function()
    local seen, count = {}, 0
    for _ = 1, 10000 do
      local uuid = harnest.uuid()
      count = count + (seen[uuid] and 0 or 1)
      seen[uuid] = true
    end
    assert.equal(10000, count)
  end)

  it("varies every digit except the version and the variant", function()
    local seen = {}
    for _ = 1, 1000 do
      local uuid = harnest.uuid()
      for i = 1, #uuid do
        seen[i] = seen[i] or {}
        seen[i][uuid:sub(i, i)] = true
      end
    end
    for i, digits in ipairs(seen) do
      local count = 0
      for _ in pairs(digits) do
        count = count + 1
      end
      local hyphen = i == 9 or i == 14 or i == 19 or i == 24
      assert.equal((hyphen or i == 15) and 1 or i == 20 and 4 or 16, count)
    end
  end)
end)

-- Floats next to powers of two, where C libraries round wrongly most often, are written and read with
-- the same bits on every system. No number here comes from the C library's strtod.

local core = require "harnest.core"

local NEIGHBOURS = 34
local SMALLEST = 2.0 ^ -1022 * 2.0 ^ -52

-- All powers of two that a float can hold, as products without rounding
local function powers()
  local all, low, high = {}, 1.0, 1.0
  while low > 0 do
    all[#all + 1] = low
    low = low / 2
  end
  for _ = 1, 1023 do
    high = high * 2
    all[#all + 1] = high
  end
  return all
end

-- More than 100,000 floats: the powers, and on each side of each power the next ones
local function floats()
  local all = {}
  for _, power in ipairs(powers()) do
    local step = math.max(power * 2.0 ^ -53, SMALLEST) -- of the floats below the power
    for i = -NEIGHBOURS, NEIGHBOURS do
      local number = power + i * step
      if number > 0 and number ~= all[#all] then all[#all + 1] = number end
    end
  end
  return all
end

-- A number that depends on each byte of a text
local function checksum(text)
  local sum = 0
  for i = 1, #text, 100 do
    for _, byte in ipairs { text:byte(i, i + 99) } do sum = (sum * 31 + byte) % 2147483647 end
  end
  return sum
end

describe("floats next to powers of two", function()
  local numbers = floats()
  local text = core.encode(numbers)

  it("are read back with the same bits", function()
    assert.is_true(#numbers > 100000)
    local again = core.decode(text)
    local wrong = 0
    for i, number in ipairs(numbers) do
      if again[i] ~= number then wrong = wrong + 1 end
    end
    assert.equal(#numbers, #again)
    assert.equal(0, wrong)
  end)

  it("have the same text on every system", function()
    assert.equal(math.type and 1771027576 or 799409230, checksum(text))
  end)
end)

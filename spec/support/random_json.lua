-- Random JSON texts, the same for the same seed on every Lua.

-- Park and Miller's generator: exact in doubles.
local function generator(seed)
  local state = seed % 2147483646 + 1
  return function(n)
    state = state * 16807 % 2147483647
    return math.floor(state / 2147483647 * n)
  end
end

local pieces = {
  "a", "Z", "0", " ", "/", "'", "\127",
  "é", "\194\128", "ß", "漢", "\226\128\168", "\239\191\191", "😀", "\244\143\191\191",
  "\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t", "\\u0000", "\\u001f", "\\u00e9", "\\u20AC",
  "\\ud83d\\ude00",
  "plain words, as they come mostly", ".", "[", "]",
}

local whole = {
  "0", "-1", "2147483648", "-2147483649", "9007199254740991", "9007199254740993", "-9007199254740993",
  "9223372036854775807", "-9223372036854775808", "9223372036854775808", "18446744073709551615",
}

local floats = {
  "0.0", "-0.0", "1.0", "0.1", "1e3", "1E+22", "1e23", "5e-324", "2.2250738585072014e-308", "2.225073858507201e-308",
  "1.7976931348623157e308", "9007199254740992.0", "1e15", "1e16", "1e17", "12345678901234.56",
  "0.00001", "1e-6", "1e-7",
}

-- Returns a function that returns a new text at each call
return function(seed)
  local random = generator(seed)
  local text_of

  local function word()
    local text = {}
    for i = 1, random(6) do
      text[i] = pieces[random(#pieces) + 1]
    end
    return table.concat(text)
  end

  local function integer()
    if random(3) == 0 then
      return whole[random(#whole) + 1]
    end
    local text = { random(2) == 0 and "-" or "", tostring(random(9) + 1) }
    for i = 1, random(18) do
      text[i + 2] = tostring(random(10))
    end
    return table.concat(text)
  end

  -- random bits: a 53-bit integer times a power of two
  local function float()
    if random(4) == 0 then
      return floats[random(#floats) + 1]
    elseif random(3) == 0 then
      return ("%d.%02d"):format(random(100000), random(100))
    end
    local mantissa = random(2 ^ 26) * 2 ^ 27 + random(2 ^ 27)
    local number = mantissa * 2.0 ^ (random(2045) - 1074)
    if number == math.huge then
      number = mantissa + 0.5
    end
    local text = ("%.17g"):format(random(2) == 0 and number or -number)
    return text:find "[.e]" and text or text .. ".0"
  end

  local function list(depth, open, close, item)
    local items = {}
    for i = 1, random(random(3) == 0 and 9 or 4) do
      items[i] = item(depth + 1, i)
    end
    return open .. table.concat(items, random(2) == 0 and "," or " ,\n") .. close
  end

  local function member(depth, i)
    return ('"%s%d":%s'):format(word(), i, text_of(depth))
  end

  function text_of(depth)
    local kind = random(depth < 6 and 12 or 8)
    if kind < 2 then
      return integer()
    elseif kind < 4 then
      return float()
    elseif kind < 6 then
      return '"' .. word() .. '"'
    elseif kind < 8 then
      return ({ "null", "true", "false", "null" })[random(4) + 1]
    elseif kind < 10 then
      return list(depth, "[", "]", text_of)
    end
    return list(depth, "{", "}", member)
  end

  return function()
    return random(2) == 0 and list(0, "[", "]", text_of) or list(0, "{", "}", member)
  end
end

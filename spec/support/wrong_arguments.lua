-- Wrong arguments for public functions, and what a call that gets them may do: it works, returns an
-- error object, or raises a usage error of one line at the caller's own line, in a file of spec/.

-- luacheck: no max line length

local harnest = require "harnest"

local MARK = "raised by a metamethod"

local wrong = {}

-- Made once, since each takes a millisecond
local HUGE_STRING = ("x"):rep(1500000)
local HUGE_PATH = "/" .. HUGE_STRING

local function nothing() end
local function raise() error(MARK) end

local cyclic = { name = "cyclic" }
cyclic.self, cyclic.again, cyclic[1] = cyclic, cyclic, cyclic

-- Metatables that lie, raise or are protected, by a name
wrong.metatables = {
  lying = {
    __index = function() return "x" end, __len = function() return 1e9 end,
    __pairs = function() return function() return 1, 1 end end, __tostring = function() return "a\nb" end,
    __ipairs = function() return function() return 1, 1 end end,
  },
  ["its own index"] = { __index = function(t) return t end },
  raising = {
    __index = raise, __newindex = raise, __len = raise, __pairs = raise, __ipairs = raise, __tostring = raise,
    __eq = raise, __call = raise, __concat = raise,
  },
  locked = { __metatable = "locked" },
  ["locked without a name"] = { __metatable = false },
}

-- The values that replace an argument: an array of {name, value}
function wrong.values()
  local list = {
    { "nil", nil }, { "false", false }, { "true", true }, { "0", 0 }, { "-1", -1 }, { "0.5", 0.5 },
    { "NaN", 0 / 0 }, { "infinity", math.huge }, { "2^53 + 2", 2 ^ 53 + 2 }, { "1e300", 1e300 },
    { "an empty string", "" }, { "a string", "x" }, { "a path", "/x" }, { "dots", ".." },
    { "a URL without host", "http://" }, { "control characters", "a\0b\r\n\27c" }, { "line breaks", "a\n\nb" },
    { "invalid UTF-8", "\255\254" }, { "a huge string", HUGE_STRING }, { "a huge path", HUGE_PATH },
    { "a function", nothing }, { "a coroutine", coroutine.create(nothing) }, { "a file", io.stdout },
    { "null", harnest.null }, { "an empty table", {} }, { "an array", { 1, 2 } }, { "a table of names", { a = 1 } },
    { "an array with a hole", { 1, nil, 3 } }, { "a cyclic table", cyclic }, { "the module", harnest },
    { "a table with a table as a key", { [{}] = 1 } }, { "a table with line breaks in a name", { ["a\nb\0c"] = 1 } },
    { "a table with a raising key", { [setmetatable({}, wrong.metatables.raising)] = 1 } },
    { "a table with a function as a value", { x = nothing } }, { "an array of functions", { nothing } },
    { "a table with NaN", { x = 0 / 0 } },
  }
  for name, metatable in pairs(wrong.metatables) do
    list[#list + 1] = { "a table that is " .. name, setmetatable({}, metatable) }
    list[#list + 1] = { "an array that is " .. name, setmetatable({ "a" }, metatable) }
  end
  return list
end

-- Returns a copy of a value, with copies of the tables in it
function wrong.copy(value)
  if type(value) ~= "table" then return value end
  local copied = {}
  for name, member in next, value do copied[name] = wrong.copy(member) end
  return copied
end

local function sorted_names(t)
  local names = {}
  for name in next, t do names[#names + 1] = name end
  table.sort(names, function(a, b) return tostring(a) < tostring(b) end)
  return names
end

-- Returns a function each_variant(valid, fn), which calls fn(name, value) with variants of a valid
-- argument: other values, the same table with each of its members replaced, with one more member, and
-- with a metatable. Of the variants within a table, it takes each `every`th in turn.
function wrong.each_variant(every)
  local turn = 0

  local function visit(valid, all, fn, depth)
    for _, value in ipairs(all) do
      local is_huge = value[2] == HUGE_STRING or value[2] == HUGE_PATH
      if depth == 1 or not is_huge and turn == 0 then fn(value[1], value[2]) end
      turn = (turn + 1) % every
    end
    if type(valid) ~= "table" or depth > 2 then return end
    for _, name in ipairs(sorted_names(valid)) do
      visit(valid[name], all, function(what, value)
        local changed = wrong.copy(valid)
        changed[name] = value
        fn(tostring(name) .. ": " .. what, changed)
      end, depth + 1)
    end
    for name, metatable in pairs(wrong.metatables) do
      fn("valid, but " .. name, setmetatable(wrong.copy(valid), metatable))
    end
    for _, value in ipairs(all) do
      turn = (turn + 1) % every
      if value[2] ~= nil and value[2] == value[2] and (depth == 1 or turn == 0) then
        local changed = wrong.copy(valid)
        changed[value[2]] = 1
        fn("with the key " .. value[1], changed)
      end
    end
  end

  return function(valid, fn) visit(valid, wrong.values(), fn, 1) end
end

local function is_one_line(text)
  return not text:find "[%z\1-\31\127]"
end

-- Returns what is wrong with an outcome of pcall; nil if nothing is
function wrong.complaint(fine, first, second)
  local err = first
  if fine then
    err = first == nil and second or nil
    if err == nil then return nil end
    if type(err) == "string" then return not is_one_line(err) and "more than one line: " .. err end
  end
  if type(err) == "table" and rawget(err, "kind") then
    if #err.message > 1300 then return "long: " .. #err.message end
    return not is_one_line(err.message) and "more than one line: " .. err.message or nil
  elseif type(err) ~= "string" then
    return fine and "an error of type " .. type(err) or nil -- what a script's function raised
  end
  local message = err:match "^[%w/_.]*spec/[%w/_]+%.lua:%d+: (.*)$"
  if not message then return "not at the caller's own line: " .. err end
  if not is_one_line(message) then return "more than one line: " .. message end
  if #message > 1003 then return "long: " .. #message end
  for _, internal in ipairs { "attempt to", "bad argument", "overflow", MARK, "not enough memory" } do
    if message:find(internal, 1, true) then return "internal: " .. message end
  end
end

return wrong

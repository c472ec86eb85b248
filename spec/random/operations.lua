-- The operations of the random run: calls with checked results, and what disturbs them. Each is a
-- function(n, roll), where n is its number. It raises with outcome.wrong if harnest is wrong.

local at_collection = require "spec.support.at_collection"
local harnest = require "harnest"
local checked_calls = require "spec.random.checked_calls"
local clients = require "spec.random.clients"
local literal = require "spec.support.literal"
local outcome = require "spec.random.outcome"
local public_calls = require "spec.support.public_calls"
local random_json = require "spec.support.random_json"
local wrong_arguments = require "spec.support.wrong_arguments"

local unpack = table.unpack or unpack

local operations = {}

local wrong_values = wrong_arguments.values() -- once: long texts are slow to make under a memory checker

local loop -- see spec/support/loops.lua
local names = {} -- of the checked calls, in order
for name in pairs(checked_calls) do names[#names + 1] = name end
table.sort(names)

-- Lists that several operations use: {list, record}
local shared, SHARED = {}, 5

function operations.start(the_loop)
  loop = the_loop
end

function operations.stop()
  shared = {}
end

local function expectation(record)
  return function(held, what, got)
    if not held and record.is_good then
      outcome.wrong("%s: expected %s, got %s", record.name, what, literal.write(got))
    end
  end
end

-- Makes a checked call and judges its end
local function call(record, id, roll)
  local name = names[roll(#names)]
  local complaint = outcome.complaint(record, outcome.attempt(function()
    return checked_calls[name](record.api, id, roll, expectation(record))
  end))
  if complaint then outcome.wrong("%s of %s: %s", name, record.name, complaint) end
end

local kinds = {}

function kinds.call(n, roll)
  call(clients.any(roll), tostring(n), roll)
end

-- Several calls at once, through the same client or others
function kinds.parallel(n, roll)
  local runner, functions = clients.steady[roll(#clients.steady)], {}
  for i = 1, roll(5) do
    local record, number = clients.any(roll), roll(1000000)
    functions[i] = function()
      call(record, ("%d-%d-%d"):format(n, i, number), roll)
      return i
    end
  end
  local results = runner.api:parallel(unpack(functions))
  for i = 1, #functions do
    local complaint = outcome.complaint(runner, true, results[i][1], results[i][2])
    if complaint or results[i][1] ~= i then
      outcome.wrong("parallel: function %d: %s", i, complaint or literal.write(results[i][1]))
    end
  end
end

function kinds.close_client(_, roll)
  clients.close(clients.replace(roll))
end

function kinds.drop_client(_, roll)
  clients.replace(roll)
end

function kinds.collect(_, roll)
  local way = roll(5)
  if way == 1 then return collectgarbage() end
  if way == 2 then return collectgarbage("step", roll(1000)) end
  if way == 3 and _VERSION == "Lua 5.4" then
    return collectgarbage(roll(2) == 1 and "generational" or "incremental")
  end
  if way <= 4 then return collectgarbage("setpause", 100 + roll(100)) end
  collectgarbage("setstepmul", 100 + roll(400))
end

-- A call, with much or all of a cycle of the collector at each point at which Lua lets it run. Not on LuaJIT:
-- with its compiler, 2.1.0-beta3 of 2022 then may never end a loop over `next`.
function kinds.pressure(n, roll)
  if jit then return call(clients.any(roll), tostring(n), roll) end
  if _VERSION == "Lua 5.4" then
    collectgarbage("incremental", 1, 1000, 30)
  else
    collectgarbage("setpause", 0)
    collectgarbage("setstepmul", _VERSION == "Lua 5.1" and 1000 or 10000) -- 5.1 is slow with more
  end
  call(clients.any(roll), tostring(n), roll)
  if _VERSION == "Lua 5.4" then
    collectgarbage("incremental", 200, 100, 13)
  else
    collectgarbage("setpause", 200)
    collectgarbage("setstepmul", 200)
  end
end

function kinds.finalizer(_, roll)
  local record, entry = clients.passing_or_bad(roll), shared[roll(SHARED)]
  local closes_list = roll(2) == 1
  local complaint
  local cycles = roll(4)
  local function act()
    cycles = cycles - 1
    if cycles > 0 then return at_collection(act) end
    local fine, err
    if closes_list then
      if entry then fine, err = pcall(entry.list.close, entry.list) else fine = true end
    else
      fine, err = pcall(clients.close, record)
    end
    if not fine then complaint = "a finalizer: " .. tostring(err) end
  end
  at_collection(act)
  if roll(3) == 1 then collectgarbage() end
  if complaint then outcome.wrong("%s", complaint) end
end

-- A list that several coroutines read, close and ask for its cursor
function kinds.share(n, roll)
  local i = roll(SHARED)
  local entry, way = shared[i], roll(8)
  if not entry or way == 1 then
    local record = clients.passing_or_bad(roll)
    local complaint = outcome.complaint(record, outcome.attempt(function()
      local place = ("/lists/%s/%d/%d/links"):format(n, roll(60), roll(6))
      local list = record.api:list(place, { view = roll(2) == 1, concurrency = roll(4) })
      shared[i] = { list = list, record = record }
      return true
    end))
    if complaint then outcome.wrong("making a list: %s", complaint) end
    return
  end
  local list = entry.list
  local complaint = outcome.complaint(entry.record, outcome.attempt(function()
    if way == 2 then
      list:close()
    elseif way == 3 then
      tostring(list)
    else
      for _ = 1, roll(10) do
        local item, err = list:next()
        if item == nil then return err == nil or nil, err end
      end
    end
    return true
  end))
  if complaint then outcome.wrong("a shared list of %s: %s", entry.record.name, complaint) end
end

-- Coroutines that are abandoned within a list, or closed while they wait
function kinds.abandon(n, roll)
  local record = clients.any(roll)
  local place = ("/lists/%s/%d/%d/links"):format(n, 30, roll(6))
  local function read()
    outcome.attempt(function()
      local list = record.api:list(place)
      while true do
        if list:next() == nil or loop.name ~= "manual" and roll(6) == 1 then break end
      end
      return true
    end)
    if loop.name ~= "manual" then coroutine.yield() end -- for ever
  end
  if loop.name == "manual" then
    local victim
    record = clients.passing_or_bad(roll)
    local api = clients.steady[1].api
    api:spawn(function()
      victim = coroutine.running()
      read()
    end)
    local closer = roll(20)
    api:spawn(function()
      for _ = 1, closer do coroutine.yield() end
      if coroutine.close and victim and coroutine.status(victim) == "suspended" then coroutine.close(victim) end
    end)
  elseif loop.name == "luv" or loop.name == "a table" or loop.name == "blocking" then
    local victim = coroutine.create(read)
    coroutine.resume(victim)
    if coroutine.close and roll(2) == 1 then -- while it waits
      for i = 1, roll(3) - 1 do call(clients.steady[1], n .. "-" .. i, roll) end
      if coroutine.status(victim) == "suspended" then coroutine.close(victim) end
    end
  end
end

-- A task that is cancelled, at any time
function kinds.cancel_task(n, roll)
  if loop.name ~= "manual" then return end
  local record, api = clients.passing_or_bad(roll), clients.steady[1].api
  local id, count, wait = tostring(n), roll(3), roll(30) - 10
  local task = api:spawn(function()
    for i = 1, count do
      outcome.attempt(function() return record.api:get("things", id .. "-" .. i) end)
      outcome.attempt(function() return record.api:all(("/lists/%d/%d/%d/links"):format(n, 30, 4)) end)
    end
    return true
  end)
  for _ = 1, wait do coroutine.yield() end
  task:cancel()
  local result, err = task:result() -- waits
  if result ~= true and err.kind ~= "cancelled" then outcome.wrong("a cancelled task: %s", literal.write(err)) end
end

-- A coroutine that raises, after a call or without, where the host gets the error
function kinds.raise(n, roll)
  local record, count = clients.passing_or_bad(roll), roll(3) - 1
  local function fail()
    for _ = 1, count do
      if clients.can_yield_anywhere then
        outcome.attempt(function() return record.api:get("things", tostring(n)) end)
      end
    end
    error(clients.UNCAUGHT)
  end
  if loop.name == "manual" then
    clients.steady[1].api:spawn(fail)
  elseif loop.name == "a table" then
    coroutine.resume(coroutine.create(fail))
  end
end

-- A public function of which one argument is wrong
function kinds.wrong_argument(_, roll)
  local record = clients.passing_or_bad(roll)
  local public = public_calls { api = record.api, looped = record.api }
  local entry = public[roll(#public)]
  local count = #entry - 2
  local arguments = { unpack(entry, 3) }
  local position, value = roll(count), wrong_values[roll(#wrong_values)]
  local valid = arguments[position]
  if type(valid) == "table" and roll(2) == 1 then
    local member_names = {}
    for name in next, valid do member_names[#member_names + 1] = tostring(name) end
    table.sort(member_names)
    local name = member_names[roll(#member_names)]
    valid[tonumber(name) or name] = value[2]
  else
    arguments[position] = value[2]
  end
  local fine, first, second = outcome.attempt(function()
    local result, err = entry[2](unpack(arguments, 1, count))
    return result or true, result == nil and err or nil
  end)
  local problem
  if not fine or type(second) == "table" then
    problem = wrong_arguments.complaint(fine, not fine and first or nil, second)
  end
  if problem and (fine or outcome.complaint(record, fine, first, second)) then
    outcome.wrong("%s, argument %d: %s: %s", entry[1], position, value[1], problem)
  end
end

-- Any metamethod, with any arguments
function kinds.metamethod(n, roll)
  local record = clients.passing_or_bad(roll)
  local api, objects = record.api, {}
  outcome.attempt(function()
    objects[#objects + 1] = api:list("/lists/" .. n .. "/5/2/links", { view = true })
    objects[#objects + 1] = api:relationship("things", n, "parts")
    objects[#objects + 1] = api:collection "things"
    objects[#objects + 1] = api:pages("/lists/" .. n .. "/5/2/links", { view = roll(2) == 1 }):next()
    objects[#objects + 1] = #objects > 3 and objects[4].data or nil
    objects[#objects + 1] = #objects > 4 and objects[5][1] or nil
    return true
  end)
  if roll(5) == 1 then objects[#objects + 1] = api end
  if #objects == 0 then return end
  local metatable = debug.getmetatable(objects[roll(#objects)])
  local functions = {}
  for name, value in pairs(metatable or {}) do
    if type(name) == "string" and type(value) == "function" then functions[#functions + 1] = name end
  end
  if #functions == 0 then return end
  table.sort(functions)
  local name, arguments = functions[roll(#functions)], {}
  for i = 1, roll(5) do
    local value = wrong_values[roll(#wrong_values)][2]
    if roll(2) == 1 then value = objects[roll(#objects)] end
    if roll(4) == 1 then value = ({ "data", "meta", "id", "attributes", "related", 1 })[roll(6)] end
    arguments[i] = value
  end
  outcome.attempt(function()
    metatable[name](unpack(arguments, 1, 5))
    return true
  end)
end

-- Functions that make no call
function kinds.local_function(_, roll)
  local text = random_json(roll(1000000))()
  local value = harnest.decode(text)
  if value then
    local again = harnest.decode(harnest.encode(value))
    if harnest.encode(again) ~= harnest.encode(value) then outcome.wrong("decode and encode differ: %s", text) end
  end
  local api = clients.steady[roll(#clients.steady)].api
  if not tostring(api):find "^harnest.client: http" or type(api:stats().requests) ~= "number" then
    outcome.wrong("tostring: %s", tostring(api))
  end
  if loop.name ~= "blocking" and loop.name ~= "manual" and roll(4) == 1 then api:step(0) end
end

local often = {}
for name, count in pairs {
  call = 60, parallel = 6, close_client = 4, drop_client = 3, collect = 3, pressure = 1, finalizer = 4, share = 12,
  abandon = 3, cancel_task = 3, raise = 2, wrong_argument = 12, metamethod = 6, local_function = 3,
} do
  for _ = 1, count do often[#often + 1] = name end
end
table.sort(often)

--- Returns the name of a random operation, and its function.
function operations.choose(roll)
  local name = often[roll(#often)]
  return name, kinds[name]
end

return operations

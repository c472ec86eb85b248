-- Finalizers that use a client, or close it, at every allocation of a call. The collector runs a
-- whole cycle at each point at which Lua lets it run. The actions of a scenario run in a child process,
-- whose heap is small.

local child = require "spec.support.child"
local sandbox = require "spec.support.sandbox"
local size = require "spec.support.size"

local unpack = table.unpack or unpack

-- The start of each program: the collector runs a whole cycle at each point, and calls on_cycle, a
-- function or nil.
local COLLECTOR = [[
local harnest = require "harnest"

if _VERSION == "Lua 5.4" then
  collectgarbage("incremental", 1, 1000, 30)
else
  collectgarbage("setpause", 0)
  collectgarbage("setstepmul", _VERSION == "Lua 5.1" and 0 or 10000) -- 0: no limit
end

local on_cycle

local function arm()
  local function finalizer()
    if on_cycle then on_cycle() end
    arm()
  end
  if newproxy then
    getmetatable(newproxy(true)).__gc = finalizer
  else
    setmetatable({}, { __gc = finalizer })
  end
end
arm()
collectgarbage()
]]

-- Runs a scenario again and again for each of the actions; a finalizer acts at its first cycle, then
-- `step` cycles later, and so on. Prints a line for each action: "ok" if the finalizer acted.
local PROGRAM = COLLECTOR .. [[
local url, token, scenario, most, step = ...
local action, api, list
local given -- set of the ids that the list gave to the scenario or to the finalizer

local function take(resource) -- or what begins with the id: a value of rows, or lines
  local texts = type(resource) == "string" and resource or resource.id
  for text in texts:gmatch "[^\n]+" do
    local id = text:match "^%d+"
    assert(not given[id], "given twice: " .. id)
    given[id] = true
  end
end

local function take_all(query, of_page)
  list = api[of_page and "pages" or "list"](api, "contracts", query)
  while true do
    local item, err = list:next()
    if not item then return err end
    if of_page then
      for _, resource in ipairs(item.data) do take(resource) end
    else
      take(item)
    end
  end
end

-- Each returns an error object or nil.
local scenarios = {
  tables = function() return take_all { page = { size = 2 }, limit = 6, include = "owner" } end,
  views = function() return take_all { page = { size = 2 }, limit = 6, include = "owner", view = true } end,
  concurrent = function() return take_all { page = { size = 1, number = 1 }, limit = 6, concurrency = 3 } end,
  rows = function()
    list = api:rows("contracts", { "id", "title", "tags", "signers.name" },
      { page = { size = 2 }, limit = 6, include = "signers" })
    while true do
      local id, title = list:next()
      if not id then return title end
      assert(type(title) == "string")
      take(id)
    end
  end,
  lines = function()
    list = api:rows("contracts", { "id", "title", "tags", "signers.name" }, {
      page = { size = 3 }, limit = 6, include = "signers",
      lines = { format = "csv", block = 60, others = true } })
    while true do
      local text, count = list:next()
      if not text then return count end
      take(text)
    end
  end,
  pages = function() return take_all({ page = { size = 2 }, limit = 6 }, true) end,
  cursor = function()
    list = api:list("contracts", { page = { size = 1 }, limit = 6 })
    while true do
      local item, err = list:next()
      if not item then return err end
      take(item)
      assert(#tostring(list) > 10)
      pcall(list.cursor, list) -- a closed one has none
    end
  end,
  missing = function()
    list = api:list "nothing"
    local item, err = list:next()
    assert(item == nil)
    return err
  end,
  get = function()
    local resource, err = api:get("contracts", 7, { include = "owner" })
    assert(not resource or resource.id == "7" and resource.attributes.title)
    return err
  end,
  all = function()
    local resources, err = api:all("contracts", { page = { size = 2 }, limit = 6 })
    for _, resource in ipairs(resources or {}) do take(resource) end
    return err
  end,
  get_many = function()
    for _, resource, err in api:get_many("contracts", { 1, 2, 3, 4, 5, 6 }) do
      if err then return err end
      take(resource)
    end
  end,
  update = function()
    local resource, err = api:update("contracts", 7, { attributes = { title = "New" } }, { include = "owner" })
    assert(not resource or resource.id == "7")
    return not resource and err or nil
  end,
}

local actions = {
  ["close the list"] = function() if list then list:close() end end,
  ["close the client"] = function() api:close() end,
  ["change the columns"] = function()
    if not list then return end
    local columns = { "id", "title", "tags", "signers.name" }
    local options = scenario == "lines" and { lines = { format = "csv", block = 60, others = true } } or nil
    local fine, err = pcall(list.rows, list, columns, options)
    assert(fine or err:find "at work", err)
  end,
  ["take from the list"] = function()
    if not list then return end
    local fine, resource = pcall(list.next, list) -- raises if the list is in use
    if not fine or not resource then return end
    local is_page = type(resource) ~= "string" and resource.data
    for _, one in ipairs(is_page or { resource }) do take(one) end
  end,
  ["call the client"] = function()
    local resource, err = api:get("contracts", 3)
    assert(err or resource.id == "3")
  end,
}

local function try_action()
  local act, cycles, acted = actions[action], 0, 0
  for n = 1, tonumber(most), tonumber(step) do
    api = harnest.new { url = url, token = token, dialect = "jsonapi", retries = 0 }
    list, given, cycles = nil, {}, 0
    local failure
    on_cycle = function()
      cycles = cycles + 1
      if cycles ~= n then return end
      acted = acted + 1
      local fine, err = pcall(act)
      if not fine then failure = err end
    end
    local fine, err = pcall(scenarios[scenario])
    on_cycle = nil
    assert(not failure, failure)
    if not fine then
      assert(action == "close the client" and tostring(err):find "this client is closed", err)
    elseif err then
      assert(err.kind == "cancelled" and action:find "^close"
        or err.kind == "not_found" and scenario == "missing", tostring(err))
    end
    local complete = not action:find "^close" and scenario ~= "missing"
    if complete and next(given) then
      for id = 1, 6 do assert(given[tostring(id)], "not given: " .. id) end
    end
    api:close()
  end
  return acted > 0 and "ok" or "the finalizer never acted"
end

for i = 6, select("#", ...) do
  action = select(i, ...)
  local _, outcome = pcall(try_action)
  on_cycle = nil
  print(outcome)
end
]]

-- Coroutines wait in a loop, and a finalizer closes one of their clients while the loop wakes them.
local LOOP_PROGRAM = COLLECTOR .. [[
local url, token, loop_name, most, step = ...
local drive
local own = {
  watch = function(_, drive_it) drive = drive_it end,
  unwatch = function() drive = nil end,
}
local acted = 0
for n = 1, tonumber(most), tonumber(step) do
  local function client()
    return harnest.new {
      url = url, token = token, dialect = "jsonapi", retries = 0, loop = loop_name == "manual" and "manual" or own,
    }
  end
  local shared, other, ended, cycles = client(), client(), 0, 0
  local function wait_in(api)
    local function wait()
      for _ = 1, api == shared and 2 or 1 do
        local resource, err = api:get("contracts", 7)
        assert(resource or api == other and err.kind == "cancelled", err)
      end
      ended = ended + 1
    end
    if loop_name == "manual" then
      api:spawn(wait)
    else
      assert(coroutine.resume(coroutine.create(wait)))
    end
  end
  for _ = 1, 3 do
    wait_in(shared)
    wait_in(other)
  end
  if loop_name == "manual" then -- the calls begin
    shared:step(0)
    other:step(0)
  end
  local function act()
    cycles = cycles + 1
    if cycles == n then
      acted = acted + 1
      other:close()
    end
  end
  for _ = 1, 400 do
    on_cycle = act
    if loop_name == "manual" then
      shared:step(0.005)
      other:step(0)
    else
      if drive then drive() end
      shared:step(0.005) -- waits for answers
    end
    on_cycle = nil
    if ended == 6 then break end
  end
  assert(ended == 6, ("%d of 6 coroutines ended (cycle %d)"):format(ended, n))
  shared:close()
  other:close()
end
print(acted > 0 and "ok" or "the finalizer never acted")
]]

describe("a finalizer at any allocation may", function()
  local sb = sandbox.get()

  local LIST_ACTIONS = { "close the list", "take from the list", "close the client", "call the client" }
  local ROW_ACTIONS = { "change the columns", unpack(LIST_ACTIONS) }
  local CALLS = { "close the client", "call the client" }
  local QUICK = { tables = true, rows = true, get = true, update = true, manual = true } -- in make test, too

  local function tag(name)
    return QUICK[name] and "" or " #slow"
  end

  for _, case in ipairs {
    { "tables", LIST_ACTIONS }, { "views", LIST_ACTIONS }, { "rows", ROW_ACTIONS }, { "lines", ROW_ACTIONS },
    { "concurrent", LIST_ACTIONS }, { "pages", LIST_ACTIONS }, { "cursor", LIST_ACTIONS }, { "missing", LIST_ACTIONS },
    { "get", CALLS }, { "all", CALLS }, { "get_many", CALLS }, { "update", CALLS },
  } do
    local scenario, actions = case[1], case[2]
    local outcomes, printed -- of the actions, in one process

    for i, action in ipairs(actions) do
      it(("%s (%s)"):format(action, scenario) .. tag(scenario), function()
        if not outcomes then
          local url = scenario == "update" and sb:copy() or sb.url
          outcomes = {}
          printed = child.run(PROGRAM, url, sb.token, scenario, "60", tostring(size(23, 1)), unpack(actions))
          for line in printed:gmatch "[^\n]+" do outcomes[#outcomes + 1] = line end
        end
        assert.equal("ok", outcomes[i], printed)
      end)
    end
  end

  for _, loop in ipairs { "manual", "a table" } do
    it(("close a client while coroutines are woken (loop %s)"):format(loop) .. tag(loop), function()
      assert.equal("ok\n", child.run(LOOP_PROGRAM, sb.url, sb.token, loop, "120", tostring(size(23, 1))))
    end)
  end
end)

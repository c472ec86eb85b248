-- The clients of the random run, as tables {api, name, is_good, is_steady, …}:
--   steady   clients of the good server, open to the end; each of their calls must succeed. The first
--            has no functions, so that functions of the others may call it
--   passing  clients of the good server, which other operations close at any time, or whose own
--            functions raise
--   bad      clients of the bad server, closed at any time too

local harnest = require "harnest"

local clients = { steady = {}, passing = {}, bad = {} }

-- What functions raise that the options name
clients.MARK = "raised by a function of the script"

-- What coroutines raise that nothing catches
clients.UNCAUGHT = "raised by a coroutine of the script"

local STEADY, PASSING, BAD = 4, 4, 6
local loop_option, good_url, bad_url
local serial = 0

-- PUC Lua 5.1 cannot yield in a `for` iterator or in pcall.
clients.can_yield_anywhere = _VERSION ~= "Lua 5.1" or jit ~= nil

-- A token function, and whether it raises or returns no token. `scheme` precedes the token.
local function token_function(roll, scheme, record)
  local way = roll(8)
  if way <= 2 then
    return function() return scheme .. "a-token-of-a-function" end
  elseif way <= 4 then
    return function() -- waits as any call does
      assert(clients.steady[1].api:get("things", "token." .. roll(1000000)))
      return scheme .. "a-token-after-a-call"
    end
  elseif way == 5 then
    return function()
      collectgarbage()
      return scheme .. "a-token-after-a-collection"
    end
  end
  return function()
    local dice = roll(7)
    if dice == 1 then error(clients.MARK) end
    if dice == 2 then error({}) end
    if dice == 5 then return record.api:get("things", "own") end -- a usage error
    if dice == 3 then return nil, clients.MARK end
    if dice == 4 then return ({ 7, {}, "", "a\r\nb", true })[roll(5)] end
    return scheme .. "a-token-sometimes"
  end, true
end

-- A trace function, and whether it raises or closes the client
local function trace_function(roll, record)
  local way = roll(6)
  if way <= 3 then
    return function(event) record.events = (record.events or 0) + (event.event and 1 or 0) end
  elseif way == 4 then
    return function() collectgarbage("step", 100) end
  end
  return function()
    local dice = roll(40)
    if dice == 1 then error(clients.MARK) end
    if dice == 2 then record.api:close() end
  end, true
end

-- Options that change how calls are made, but not their results
local function add_harmless(options, roll)
  options.prefetch = roll(4) - 1
  options.max_connections = roll(8)
  if roll(3) == 1 then options.cache = roll(2) == 1 or 20000 end
  if roll(4) == 1 then options.rate = { requests = 20 + roll(40), per = 0.1 } end
  if roll(4) == 1 then options.user_agent = "random" end
  if roll(4) == 1 then options.headers = { ["X-Good"] = good_url, ["X-Api-Key"] = "a-secret-value" } end
  if roll(4) == 1 then options.profile = "https://example.com/profile" end
  if roll(3) == 1 then options.ignore_link_origin = true end
  options.dry_run = false -- a client that sends nothing tests nothing
  if roll(8) == 1 then options.max_pages = 100 end
end

local function add_functions(options, roll, record, may_raise)
  local raising
  if roll(3) == 1 then
    local name = roll(2) == 1 and "token" or "authorization"
    local scheme = name == "token" and "" or "Scheme "
    options.token = nil
    repeat options[name], raising = token_function(roll, scheme, record) until may_raise or not raising
    record.odd_token = raising
  end
  if roll(3) == 1 then
    repeat options.trace, raising = trace_function(roll, record) until may_raise or not raising
    record.odd_trace = raising
  end
  if roll(3) == 1 then
    options.debug = function(line) record.lines = (record.lines or 0) + #line end
    options.trace_detail = ({ "headers", "body" })[roll(3)]
  end
end

local function make(roll, record, options)
  options.dialect, options.loop = "jsonapi", loop_option
  add_harmless(options, roll)
  if record.name ~= "steady 1" then add_functions(options, roll, record, not record.is_steady) end
  record.api = harnest.new(options)
  if roll(3) == 1 then record.api = record.api:with { timeout = options.timeout } end
  return record
end

-- A passing client that shares limits, token and cache with a steady one
local function derive(roll, record, options)
  options.url, options.token = nil, nil
  if roll(4) == 1 then options.max_connections = roll(8) end
  if roll(4) == 1 then options.cache = roll(2) == 1 end
  if roll(4) == 1 then options.token = "a-token-of-its-own" end
  record.api = clients.steady[roll(STEADY)].api:with(options)
  return record
end

local function new_steady(roll, i)
  local record = { name = "steady " .. i, is_good = true, is_steady = true }
  return make(roll, record, { url = good_url, token = i > 1 and "a-token", timeout = 60 }) -- the machine may be busy
end

local function new_passing(roll)
  local record = { name = "passing " .. serial, is_good = true }
  local options = { url = good_url, token = "a-token", retries = roll(3) - 1 }
  if roll(4) == 1 then
    options.deadline = 0.001 * roll(50)
    record.is_limited = true
  end
  return (roll(3) == 1 and derive or make)(roll, record, options)
end

local function new_bad(roll)
  local options = {
    url = bad_url, token = "a-token", retries = roll(3) - 1, max_retry_wait = 0.01, timeout = 0.05 * roll(5),
    deadline = 0.1 * roll(6), max_response = ({ 100, 10000, 1000000 })[roll(3)], max_pages = roll(3) == 1 and 3 or nil,
  }
  if roll(12) == 1 then options.url, options.proxy = good_url, bad_url end
  return make(roll, { name = "bad " .. serial }, options)
end

--- Makes all clients.
-- @param roll     dice
-- @param option   the option `loop`, or nil
-- @param good     URL of the good server
-- @param bad      URL of the bad server
function clients.start(roll, option, good, bad)
  loop_option, good_url, bad_url = option, good, bad
  for i = 1, STEADY do clients.steady[i] = new_steady(roll, i) end
  for i = 1, PASSING do clients.passing[i] = new_passing(roll) end
  for i = 1, BAD do clients.bad[i] = new_bad(roll) end
end

--- Replaces a passing or bad client by a new one. Returns the old one, which nothing refers to.
function clients.replace(roll)
  serial = serial + 1
  local pool, new = clients.passing, new_passing
  if roll(2) == 1 then pool, new = clients.bad, new_bad end
  local i = roll(#pool)
  local old = pool[i]
  pool[i] = new(roll)
  return old
end

--- Returns any client, or one that others may close.
function clients.any(roll)
  local way = roll(10)
  local pool = way <= 4 and clients.steady or way <= 6 and clients.passing or clients.bad
  return pool[roll(#pool)]
end

function clients.passing_or_bad(roll)
  local pool = roll(2) == 1 and clients.passing or clients.bad
  return pool[roll(#pool)]
end

--- Closes a client. It may raise what a waiting coroutine raises that it wakes.
function clients.close(record)
  local fine, err = pcall(record.api.close, record.api)
  if not fine and not clients.is_uncaught(err) then error(err, 0) end
end

--- Returns whether an error is one that a coroutine of the script raised and did not catch.
function clients.is_uncaught(err)
  return type(err) == "string" and err:find(clients.UNCAUGHT, 1, true) ~= nil
end

function clients.stop()
  for _, pool in ipairs { clients.steady, clients.passing, clients.bad } do
    for i, record in ipairs(pool) do
      clients.close(record)
      pool[i] = nil
    end
  end
end

return clients

-- Random use of the public API in one loop, with a server that behaves and one that misbehaves.
--   random.lua LOOP SEED SECONDS JOURNAL [FIRST]     spec/random/run does it all
-- An operation is determined by the seed and its number; how operations interleave is not. FIRST is
-- the number of the first operation. JOURNAL is a file that gets a line when an operation begins and
-- when it ends. Raises the first result that is wrong.

package.path = "./?.lua;" .. package.path
local dice = require "spec.support.dice"
local loops = require "spec.support.loops"
local rawserver = require "spec.support.rawserver"
local clients = require "spec.random.clients"
local operations = require "spec.random.operations"
local outcome = require "spec.random.outcome"
local socket = require "socket"

local LOOP, SEED, SECONDS, JOURNAL, FIRST = arg[1], tonumber(arg[2]), tonumber(arg[3]), arg[4], tonumber(arg[5] or 1)
local WORKERS = 24


local loop
for _, one in ipairs(loops) do
  if one.name == LOOP or one.name == "a " .. LOOP then loop = one end
end
if not loop then
  print(("no such loop on this Lua: %s"):format(LOOP))
  os.exit(3, true)
end

local journal = assert(io.open(JOURNAL, "w"))
journal:setvbuf "no"

local started, number, done = socket.gettime(), FIRST - 1, 0
local failure

-- Runs operations one after the other, until the time is over or one is wrong
local function work()
  while not failure and socket.gettime() - started < SECONDS do
    number = number + 1
    local n, roll = number, dice(SEED, number)
    local name, fn = operations.choose(roll)
    journal:write(("begin %d %s\n"):format(n, name))
    fn(n, roll)
    journal:write(("end %d\n"):format(n))
    done = done + 1
  end
  return true
end

-- In PUC Lua 5.1 an operation cannot run within pcall: what it raises ends its worker, and the run.
local function guarded()
  if not clients.can_yield_anywhere then return work() end
  local fine, err = pcall(work)
  if not fine then failure = failure or err end
  return true
end

local function text_of(err)
  return type(err) == "table" and rawget(err, "text") or tostring(err)
end

local function run_all()
  if loop.name == "blocking" then
    local fine, err = pcall(work)
    if not fine then failure = failure or err end
    return
  end
  local workers = {}
  for i = 1, WORKERS do workers[i] = guarded end
  local results = clients.steady[1].api:parallel((unpack or table.unpack)(workers))
  for i = 1, WORKERS do
    if results[i][1] ~= true then failure = failure or results[i][2] end
  end
end

-- Redirects to another origin are never followed.
local function check_thefts()
  local document, err = clients.steady[1].api:fetch "/thefts"
  local count = document and document.meta.count or tostring(err)
  if count ~= 0 then failure = failure or ("redirects to another origin that were followed: %s"):format(count) end
end

-- Runs fn in the loop. A manual loop gets steps of different lengths and budgets. Where this file
-- drives, what coroutines raise and do not catch is ignored.
local function run(fn)
  local over, api, roll = false, clients.steady[1].api, dice(SEED, "steps")
  local function main()
    fn()
    over = true
  end
  local turn
  if loop.name == "manual" then
    api:spawn(main)
    function turn() api:step(roll(50) / 1000, roll(3) == 1 and roll(20) / 1000 or nil) end
  elseif loop.name == "a table" then
    assert(coroutine.resume(coroutine.create(main)))
    function turn()
      socket.sleep(0.001)
      if loop.drive then loop.drive() end
    end
  else
    return loop.run(fn)
  end
  while not over do
    local fine, err = pcall(turn)
    if not fine and not clients.is_uncaught(err) then error(err, 0) end
  end
end

local good, bad = rawserver.start(), rawserver.start()
good:play { { times = math.huge, by = "spec/random/good_server.lua" } }
bad:play { { times = math.huge, by = "spec/random/bad_server.lua" } }
operations.start(loop)
clients.start(dice(SEED, "clients"), loop.option, good.url, bad.url)
local fine, err = pcall(run, function()
  run_all()
  check_thefts()
end)
if not fine then failure = failure or err end

operations.stop()
clients.stop()
collectgarbage()
collectgarbage()
good:stop()
bad:stop()
journal:close()
if failure then error("wrong: " .. text_of(failure), 0) end
local seconds = socket.gettime() - started
local summary = ("%d operations in %.1f s; ends of calls: %s"):format(done, seconds, outcome.summary())
local write = ngx and ngx.say or print -- luacheck: ignore 113 (in nginx)
write(summary)

--- Lists a collection in libevent's loop, while a timer runs in the same thread.
--   lua examples/libevent/list.lua [TYPE]      TYPE is contracts by default; run it in the clone
-- Needs HARNEST_URL (or HARNEST_COMPANY) and HARNEST_TOKEN, and Debian's lua-event.

local event = require "luaevent.core"
local harnest = require "harnest"
local new_loop = require "examples.libevent.loop"

local TICK = 0.01

local base = event.new()
local api = harnest.new { dialect = "harnest", loop = new_loop(base) }
local kind = arg[1] or "contracts"
local count, ticks = 0, 0

-- luaevent frees events without a reference
local clock = base:addevent(nil, event.EV_TIMEOUT + event.EV_PERSIST, function() ticks = ticks + 1 end, TICK)

local list = coroutine.create(function()
  api:list(kind, { page = { size = 100 } }):each(function() count = count + 1 end)
  api:close()
  clock:close()
  print(("%d %s listed; the clock ticked %d times meanwhile"):format(count, kind, ticks))
end)
assert(coroutine.resume(list))

base:loop()

--- A loop for `harnest.new {loop = …}`: libevent by luaevent, with plain coroutines.

local event = require "luaevent.core"

--- Creates the loop for an event base. Use one loop for all clients.
return function(base)
  local loop = { name = "libevent" }
  local descriptor, reading, timer

  local function close(one)
    if one then
      one:close()
    end
  end

  --- Calls drive() whenever the client's descriptor is readable, and once soon if at_once is true.
  function loop.watch(client, drive, at_once)
    if descriptor ~= client:pollfd() then
      loop.unwatch()
      descriptor = client:pollfd()
      reading = base:addevent(descriptor, event.EV_READ + event.EV_PERSIST, function() drive() end)
    end
    close(timer)
    timer = at_once and base:addevent(nil, event.EV_TIMEOUT, function()
      drive()
      return event.LEAVE
    end, 0)
  end

  --- Stops watching. harnest may close the descriptor afterwards.
  function loop.unwatch()
    close(reading)
    close(timer)
    descriptor, reading, timer = nil, nil, nil
  end

  return loop
end

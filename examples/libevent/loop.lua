--- A loop of one's own for `harnest.new {loop = …}`: libevent's, by luaevent. Coroutines are plain ones.

local event = require "luaevent.core"

--- Makes the loop for an event base. One serves all clients.
return function(base)
  local loop = { name = "libevent" }
  local descriptor, reading, timer

  local function close(one)
    if one then
      one:close()
    end
  end

  --- Calls drive when the client's descriptor is readable, or when its time is over.
  function loop.watch(client, drive, at_once)
    if descriptor ~= client:pollfd() then
      loop.unwatch()
      descriptor = client:pollfd()
      reading = base:addevent(descriptor, event.EV_READ + event.EV_PERSIST, function() drive() end)
    end
    close(timer)
    local seconds = at_once and 0 or client:timeout()
    timer = seconds and base:addevent(nil, event.EV_TIMEOUT, function()
      drive()
      return event.LEAVE
    end, seconds)
  end

  --- Watches no longer: the descriptor may be closed next.
  function loop.unwatch()
    close(reading)
    close(timer)
    descriptor, reading, timer = nil, nil, nil
  end

  return loop
end

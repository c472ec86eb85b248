-- The loop nginx in the form of an item of loops.lua: all code runs in a coroutine of nginx. The
-- process that runs busted uses it for the names of the specs only.

local loop = { name = "nginx", option = "nginx" }

function loop.run(fn)
  fn()
end

function loop.sleep(seconds)
  ngx.sleep(seconds)
end

function loop.spawn(fn)
  ngx.thread.spawn(fn)
end

local called, results

-- Runs a function in a phase that cannot yield: a subrequest calls it through loop.in_set
function loop.outside(fn)
  called = fn
  ngx.location.capture "/outside"
  return unpack(results)
end

function loop.in_set()
  results = { called() }
end

return loop

--- A function called so that what it raises is returned, and so that it may yield in every Lua.

-- Passes the yields of a coroutine on to whoever runs the caller's.
local function pass_on(inner, fine, ...)
  if not fine or coroutine.status(inner) == "dead" then
    return fine, ...
  end
  return pass_on(inner, coroutine.resume(inner, coroutine.yield(...)))
end

--- As pcall, but in PUC Lua 5.1, too, fn may yield: it runs in a coroutine of its own.
return function(fn)
  local inner = coroutine.create(fn)
  return pass_on(inner, coroutine.resume(inner))
end

--- pcall for functions that yield, in every Lua.

-- Passes the inner coroutine's yields on to the caller's resumer, until the inner one ends.
local function pass_on(inner, fine, ...)
  if not fine or coroutine.status(inner) == "dead" then
    return fine, ...
  end
  return pass_on(inner, coroutine.resume(inner, coroutine.yield(...)))
end

--- Calls `fn` as pcall does. It runs in its own coroutine, so that it may yield in PUC Lua 5.1 too.
-- @param fn  function without arguments
-- @return true and the results of fn; or false and the error
return function(fn)
  local inner = coroutine.create(fn)
  return pass_on(inner, coroutine.resume(inner))
end

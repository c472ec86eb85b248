-- at_collection(fn) returns an object whose finalizer calls fn. Lua 5.1 has finalizers for userdata only.

return function(fn)
  if newproxy then -- luacheck: ignore 113
    local proxy = newproxy(true) -- luacheck: ignore 113
    getmetatable(proxy).__gc = fn
    return proxy
  end
  return setmetatable({}, { __gc = fn })
end

-- Random numbers from a seed, the same on every Lua: dice(seed, …) returns a function that returns
-- a whole number from 1 to n. Numbers and texts after the seed choose another sequence of it.

local MODULUS = 2147483647 -- Park and Miller's generator: exact in doubles

local function mixed(state, value)
  if type(value) == "number" then return (state * 48271 + value * 69621 + 1) % MODULUS end
  for i = 1, #value do state = (state * 31 + value:byte(i)) % MODULUS end
  return state
end

return function(seed, ...)
  local state = seed
  for i = 1, select("#", ...) do state = mixed(state, (select(i, ...))) end
  state = state % (MODULUS - 1) + 1
  for _ = 1, 4 do state = state * 16807 % MODULUS end -- the first numbers of near seeds are alike
  return function(n)
    state = state * 16807 % MODULUS
    return math.floor(state / MODULUS * n) + 1
  end
end

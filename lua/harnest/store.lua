--- The store of a cache: a shared dictionary of nginx, or an object with the same methods.
-- The core decides what is stored and used. Here the store is asked, between two waits.

local core = require "harnest.core"

local store = {}

-- Where the store counts the writes of all its clients
local WRITES = "harnest:writes"

--- Raises a usage error unless the option cache.shared is a dictionary or nil.
function store.check(dictionary)
  if dictionary == nil then
    return
  end
  local is_object = type(dictionary) == "table" or type(dictionary) == "userdata"
  for _, name in ipairs { "get", "set", "add", "incr" } do
    local fine, method = pcall(function() return is_object and dictionary[name] end)
    if not fine or type(method) ~= "function" then
      core.usage_error("option cache.shared: expected a shared dictionary of nginx (ngx.shared.NAME), got "
        .. core.describe(dictionary))
    end
  end
end

--- Returns the store's count of writes. It begins with the time, so that no count comes again after
-- the store has dropped it.
local function count_of_writes(dictionary)
  local count = dictionary:get(WRITES)
  if type(count) ~= "number" then
    dictionary:add(WRITES, os.time() * 1000)
    count = dictionary:get(WRITES)
  end
  return tonumber(count) or 0
end

--- Writes what is new to the store, and reads what requests wait for.
-- @param client      the client
-- @param dictionary  its store
function store.serve(client, dictionary)
  if core.store_take_write(client) then
    count_of_writes(dictionary)
    dictionary:incr(WRITES, 1)
  end
  for name, bytes, seconds in core.store_take, client do
    dictionary:set(name, bytes, seconds) -- which may fail, if the store is too small
  end
  for name in core.store_question, client do
    core.store_answer(client, (dictionary:get(name)), count_of_writes(dictionary))
  end
end

return store

-- Clients that each have a new copy of the sandbox's database, for specs that write.
--
--   local api
--   local open = require "spec.support.database_copy"(teardown, function(opened) api = opened end)
--   open("answer/bare")   -- with knobs; closes the client opened before

local harnest = require "harnest"
local sandbox = require "spec.support.sandbox"

-- Arguments: busted's function teardown, use(api, name), which gets each client and the name of its
-- copy, and more options of the clients. Returns a function that takes knobs and returns a client.
return function(teardown, use, options)
  local sb = sandbox.get()
  local api

  teardown(function() api:close() end)

  return function(...)
    if api then api:close() end
    local url, copy = sb:copy(...)
    local all = { url = url, token = sb.token, dialect = "harnest" }
    for name, value in pairs(options or {}) do all[name] = value end
    api = harnest.new(all)
    use(api, copy)
    return api
  end
end

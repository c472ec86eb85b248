-- For specs that run in every loop: clients of the sandbox or of a raw server that use a loop, and
-- functions that run in it.
--
--   local fixture = loop_fixture(loop, setup, before_each, after_each, teardown)
--   local api = fixture.client { timeout = 1 }          -- closes the client opened before
--   fixture.run(function() api:get("contracts", 7) end)
--   local other = fixture.add { url = fixture.raw.url } -- leaves the other clients open

local clients = require "spec.support.clients"
local sandbox = require "spec.support.sandbox"

-- Arguments: an item of spec.support.loops, and busted's functions of these names
return function(loop, setup, before_each, after_each, teardown)
  local sb = sandbox.get()
  local group = clients(function()
    return { url = sb.url, token = sb.token, dialect = "harnest", loop = loop.option }
  end)
  group:hook(setup, before_each, after_each, teardown)

  local fixture = { raw = group.raw }
  local api -- that of `client`

  -- Opens a client, of the sandbox unless the options say otherwise
  function fixture.client(options)
    api = group:open(options)
    return api
  end

  -- Opens one more client
  function fixture.add(options)
    return group:add(options)
  end

  -- Runs a function to its end in the loop of the client
  function fixture.run(fn)
    loop.run(fn, api)
  end

  return fixture
end

-- For specs of clients: a raw server, and clients of it that the specs close.
--
--   local fixture = require "spec.support.client_fixture"(setup, before_each, teardown)
--   local api = fixture.client { timeout = 1 }
--   fixture.headers_with { user_agent = "x" }   -- of one request
--   fixture.raw:play { … }

local harnest = require "harnest"
local rawserver = require "spec.support.rawserver"

local TOKEN = "a-very/secret+token.0123456789=="
local ONE = '{"data":{"type":"things","id":"1"}}'

-- Arguments: busted's functions of these names
return function(setup, before_each, teardown)
  local fixture = { raw = rawserver.new(), TOKEN = TOKEN, ONE = ONE }

  setup(function() fixture.raw:start() end)
  before_each(function() fixture.raw:reset() end)
  teardown(function() fixture.raw:stop() end)

  -- A client of the raw server
  function fixture.client(options)
    local all = { url = fixture.raw.url .. "/api", token = TOKEN, retries = 0 }
    for name, value in pairs(options or {}) do all[name] = value end
    return harnest.new(all)
  end

  -- The headers of one request of a client with these options
  function fixture.headers_with(options)
    fixture.raw:reset():play { { fixture.raw.response(200, {}, ONE) } }
    local api = fixture.client(options)
    assert(api:get("things", 1))
    api:close()
    return fixture.raw:requests(1)[1].headers
  end

  return fixture
end

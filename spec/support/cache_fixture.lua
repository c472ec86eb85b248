-- For specs of the cache: a raw server, and clients with a cache.
--
--   local cached = require "spec.support.cache_fixture"(setup, before_each, after_each, teardown)
--   cached.raw:play { cached.answer("a", { ["Cache-Control"] = "max-age=60" }) }
--   cached.client { cache = 50000 }   -- opens cached.api
--   cached.title()                    -- "a"

local clients = require "spec.support.clients"
local core = require "harnest.core"
local sandbox = require "spec.support.sandbox"

local TOKEN = "a-token-to-send"

-- A resource whose title identifies the response
local function body(title)
  return ('{"data":{"type":"things","id":"1","attributes":{"title":"%s"}}}'):format(title)
end

-- Arguments: busted's functions of these names
return function(setup, before_each, after_each, teardown)
  local sb = sandbox.get()
  local group = clients(function(raw)
    return { url = raw.url .. "/api", token = TOKEN, retries = 0, timeout = 5, cache = true }
  end)
  group:hook(setup, before_each, after_each, teardown)

  local cached = { raw = group.raw, TOKEN = TOKEN, body = body }

  after_each(function()
    cached.api = nil
    collectgarbage()
  end)

  -- Opens a client of the raw server; it is cached.api, too
  function cached.client(options)
    cached.api = group:open(options)
    return cached.api
  end

  -- Opens a client of the sandbox with these knobs
  function cached.sandboxed(...)
    return cached.client { url = sb:at(...), token = sb.token, timeout = 30 }
  end

  -- A script: a response with a resource of this title
  function cached.answer(title, headers)
    return { cached.raw.response(200, headers, body(title)) }
  end

  -- A script: a 304
  function cached.unchanged(headers)
    local all = { ["Content-Type"] = false, ["Content-Length"] = false }
    for name, value in pairs(headers or {}) do all[name] = value end
    return { cached.raw.response(304, all) }
  end

  -- The title of a resource by api:get
  function cached.title(...)
    return assert(cached.api:get("things", 1, ...)).attributes.title
  end

  -- Sends a request with another method, and returns its call, finished or after `steps` steps
  function cached.send(method, path, steps)
    local call = core.call(cached.api, { method = method, url = cached.raw.url .. "/api/" .. path })
    for _ = 1, steps or math.huge do
      if core.call_done(call) then break end
      core.step(cached.api, 0.2)
    end
    return call
  end

  -- The conditional headers of a request: If-None-Match, If-Modified-Since
  function cached.conditions(index)
    local headers = cached.raw:requests(index)[index].headers
    return headers["if-none-match"], headers["if-modified-since"]
  end

  return cached
end

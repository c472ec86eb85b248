-- What the files of scenarios share. A scenario is a call of the public module to the sandbox, which
-- oom.c runs with failing allocations. It is prepared with working allocations and returns its result
-- as text, which must be right unless an error is returned.
--
--   oom.scenario { name = "get", call = function(api) return good(api:get("people", 3)).id end }
--
--   name, knobs   path segments before /v1/api        options   of the client, beside the usual
--   ready(api)    what the call needs                 call(api, what ready gave)
--   fresh         no client is made before            prepare(), check()  before and after the call
--   closes        the call closes the client

local oom = {
  all = {}, -- the scenarios, in the order in which the files add them
  token = os.getenv "HARNEST_TOKEN",
}

local root = os.getenv("HARNEST_URL"):gsub("/v1/api$", "")

-- The base URL of this process's copy of the sandbox's data, with knobs or with pages of 3 resources
local function url_of(knobs)
  return ("%s/copy/%s/%s/v1/api"):format(root, os.getenv "OOM_COPY" or "oom", knobs or "max/3")
end

-- Adds a scenario, a table with the fields above
function oom.scenario(it)
  oom.all[#oom.all + 1] = it
end

-- The results of a call. Raises its error object, so that it counts like a raised error.
function oom.good(value, err)
  if value == nil and err ~= nil then
    error(err, 0)
  end
  return value, err
end

-- The types and ids of an array of resources, as text
function oom.ids(resources)
  local list = {}
  for i, resource in ipairs(resources) do
    list[i] = resource.type .. resource.id
  end
  return table.concat(list, " ")
end

-- The kind of the expected error, from the results of a call; raises an error of another kind
function oom.failed(kind, _, err)
  if err and err.kind ~= kind then
    error(err, 0)
  end
  return err and kind or "unexpected success"
end

-- A client for a scenario's fields knobs and options
function oom.make_client(scenario)
  local harnest = require "harnest"
  local more = scenario.options or {}
  local options = {
    url = url_of(scenario.knobs), token = not more.authorization and oom.token or nil, dialect = "harnest",
    timeout = 1, connect_timeout = 1, retries = 1, max_retry_wait = 0.001,
  }
  for name, value in pairs(more) do
    options[name] = value
  end
  return harnest.new(options)
end

return oom

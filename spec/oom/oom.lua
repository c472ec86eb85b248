-- Runs the scenarios for oom.c: prepares each, and makes the call that must work afterwards. They are
-- in the files beside this one, by area; scenario.lua has their fields.

local oom = require "spec.oom.scenario"

for _, area in ipairs { "clients", "reading", "page_shapes", "writing", "exchanges", "values", "cassettes" } do
  require("spec.oom." .. area)
end

local names = {}
for i, it in ipairs(oom.all) do
  names[i] = it.name
end

local current -- the scenario that is prepared

return {
  names = names,

  -- Prepares a scenario. Returns its name, the call, and the client that must work afterwards, if
  -- there is one
  ready = function(number)
    local it = oom.all[number]
    current = it
    if it.prepare then
      it.prepare()
    end
    if it.fresh then
      return it.name, it.call, nil
    end
    local knobs = it.knobs and it.knobs:gsub("%%d", ("%d%d"):format(os.time(), math.random(1 << 40)))
    local api = oom.make_client { knobs = knobs, options = it.options }
    local ready = it.ready and it.ready(api)
    return it.name, function() return it.call(api, ready) end, not it.closes and api or nil
  end,

  -- The call that must work afterwards, by the same client if there is one, and what must hold
  afterwards = function(api)
    if current.check then
      collectgarbage() -- clients that were not closed
      current.check()
    end
    api = api or oom.make_client {}
    assert(oom.good(api:get("companies", 4)).id == "4")
    api:close()
  end,
}

-- Values and queries as text.

local oom = require "spec.oom.scenario"

local good, scenario = oom.good, oom.scenario

scenario {
  name = "values",
  call = function(api)
    local harnest, core = require "harnest", require "harnest.core"
    local value = { b = { 1, 2.5, harnest.null, "é\n" }, a = harnest.array {}, c = { d = { e = true } } }
    local text = core.encode(value) .. harnest.encode(value, { indent = 2 })
    local query = harnest.query({ filter = { a = { 1, 2 }, b = { c = "d" } } }, { page = { size = 3 }, sort = "x" })
    local big = good(core.decode "[123456789012345678901234567890, 1, \"\\u0000\"]")
    local reasons = {}
    for i, wrong in ipairs { '{"a": [1, {"b": "\\ud800"}]}', "[1e999]" } do
      reasons[i] = select(2, core.decode(wrong))
      if reasons[i]:find("memory", 1, true) then
        error(reasons[i], 0)
      end
    end
    local changes = harnest.changes({ type = "a", id = "1", attributes = { x = 1, y = 2 } },
      { type = "a", id = "1", attributes = { x = 1, y = 3 } })
    return text .. table.concat(reasons) .. core.encode_query(query) .. core.encode(big)
      .. core.encode(changes) .. #harnest.uuid()
      .. tostring(core.url(api, query, "get: type", "contracts", 7, "x y"))
  end,
}

-- Writes, and the jobs that they start.

local oom = require "spec.oom.scenario"

local good, ids, scenario = oom.good, oom.ids, oom.scenario

scenario {
  name = "write",
  call = function(api)
    local draft = good(api:create("drafts", { attributes = { title = "x", tags = { "a" } } }, { include = "owner" }))
    local change = { attributes = { note = "n" }, relationships = { owner = { type = "people", id = "2" } } }
    local changed = good(api:update("drafts", draft.id, change))
    local gone = good(api:delete(changed))
    return ("%s %s %s"):format(draft.attributes.title, changed.attributes.note, tostring(gone))
  end,
}

scenario {
  name = "relationship",
  ready = function(api)
    local signers = api:relationship("contracts", 12, "signers")
    good(signers:replace { { type = "people", id = "1" }, { type = "people", id = "2" } })
    return signers
  end,
  call = function(api, signers)
    local added = ids(good(signers:add { type = "people", id = "3" }))
    local removed = ids(good(signers:remove { { type = "people", id = "1" } }))
    local owner = good(api:related({ type = "contracts", id = "12" }, "owner"))
    return added .. "," .. removed .. "," .. ids(good(signers:get())) .. owner.type
  end,
}

scenario {
  name = "atomic",
  call = function(api)
    local results = good(api:atomic {
      { op = "add", data = { type = "drafts", lid = "d", attributes = { title = "one" } } },
      { op = "update", data = { type = "drafts", lid = "d", attributes = { title = "two" } } },
      { op = "remove", ref = { type = "drafts", lid = "d" } },
    })
    return results[1].data.attributes.title .. results[2].data.attributes.title
  end,
}

scenario {
  name = "job",
  knobs = "answer/accepted/job/0/retry-after/0",
  call = function(api)
    local draft = good(api:wait(good(api:create("drafts", { attributes = { title = "x" } }))))
    return draft.attributes.title
  end,
}

scenario {
  name = "write to a slash",
  knobs = "slash/307",
  call = function(api)
    return good(api:create("drafts", { attributes = { title = "x" } })).attributes.title
  end,
}

scenario {
  name = "write without a response",
  knobs = "answer/bare",
  call = function(api)
    local draft = good(api:create("drafts", { attributes = { title = "x" } }))
    return draft.attributes.title -- the resource as it was sent, if it cannot be read
  end,
}

-- Lists whose pages continue in each way that harnest knows, and ends of lists.

local oom = require "spec.oom.scenario"

local good, ids, failed, scenario = oom.good, oom.ids, oom.failed, oom.scenario

scenario {
  name = "links",
  knobs = "max/20/shape/link-header",
  call = function(api)
    return ids(good(api:all("companies", { fields = { companies = "name" } }))) .. good(api:count "people")
  end,
}

scenario {
  name = "guessed pages",
  knobs = "max/20",
  call = function(api)
    return ids(good(api:all("companies", { fields = { companies = "name" } })))
  end,
}

scenario {
  name = "cursors",
  knobs = "max/15/shape/laravel-cursor-meta-only",
  call = function(api)
    local list = {}
    for company in api:list("companies", { fields = { companies = "name" } }) do
      list[#list + 1] = company.id
      if #list == 20 then
        break
      end
    end
    return table.concat(list, " ")
  end,
}

scenario {
  name = "cursors of resources",
  knobs = "max/30/shape/cursor-profile",
  call = function(api)
    local pages = api:pages "companies"
    local first = good(pages:next())
    local cursor = pages:cursor()
    pages:close()
    return #first .. " " .. ids(good(api:all("companies", { after = cursor })))
  end,
}

scenario {
  name = "tokens of pages",
  knobs = "max/30/shape/google",
  call = function(api)
    return ids(good(api:all("companies", { params = { pageSize = 30 } })))
  end,
}

scenario {
  name = "tokens of pages in a header",
  knobs = "max/30/shape/cursor-header",
  call = function(api)
    return ids(good(api:all("companies", { params = { limit = 30 } })))
  end,
}

scenario {
  name = "links of parameters",
  knobs = "max/30/shape/treasury",
  call = function(api)
    return ids(good(api:all "companies"))
  end,
}

scenario {
  name = "offsets",
  knobs = "max/15/shape/pagerduty",
  options = { dialect = "jsonapi" },
  call = function(api)
    return ids(good(api:all("companies", { params = { offset = 15, limit = 15 } }))) .. good(api:count "empties")
  end,
}

-- The ends of lists that contradict themselves
for _, shape in ipairs { "loop-self", "stuck", "bad-next", "other-host", "no-data" } do
  scenario {
    name = "end " .. shape,
    knobs = "max/15/shape/" .. shape,
    call = function(api)
      local kind = shape == "other-host" and "refused" or "protocol"
      return failed(kind, api:all("companies", { fields = { companies = "name" } }))
    end,
  }
end

scenario {
  name = "end ignores-page",
  knobs = "max/15/shape/ignores-page",
  call = function(api)
    return ids(good(api:all "companies"))
  end,
}

scenario {
  name = "links of another origin",
  knobs = "max/30/shape/other-host",
  options = { ignore_link_origin = true },
  call = function(api)
    return ids(good(api:all "companies"))
  end,
}

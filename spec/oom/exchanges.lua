-- Retries, redirects, the cache, and responses that are errors.

local oom = require "spec.oom.scenario"

local good, ids, failed, scenario = oom.good, oom.ids, oom.failed, oom.scenario

scenario {
  name = "errors",
  call = function(api)
    local missing = failed("not_found", api:get("contracts", 999999))
    local _, err = api:create("contracts", { attributes = { title = "", status = "x" } })
    local invalid = failed("invalid", nil, err)
    assert(err:details():find("\n", 1, true)) -- parts of the texts may be missing
    local refused = failed("refused", api:fetch "https://elsewhere.test/x")
    return missing .. invalid .. refused
  end,
}

scenario {
  name = "retry",
  knobs = "fail/%d/503/1",
  call = function(api)
    return good(api:get("companies", 2)).attributes.name .. good(api:get("companies", 3)).attributes.name
  end,
}

scenario {
  name = "redirect",
  knobs = "redirect/302",
  call = function(api)
    return good(api:get("companies", 2)).attributes.name
  end,
}

scenario {
  name = "cache",
  knobs = "max/3/etag/60",
  options = { cache = true },
  call = function(api)
    local list = { ids(good(api:all("companies", { limit = 4 }))) }
    list[2] = ids(good(api:all("companies", { limit = 4 })))
    good(api:update("companies", 1, { attributes = { founded = 1903 } }))
    list[3] = ids(good(api:all("companies", { limit = 4 })))
    list[4] = good(api:get("companies", 5)).attributes.name
    list[5] = good(api:get("companies", 5)).attributes.name
    return table.concat(list, " ")
  end,
}

for _, kind in ipairs { "html", "json", "text", "empty" } do
  scenario {
    name = "errors in " .. kind,
    knobs = "fail/%d/422/9/body/" .. kind,
    call = function(api)
      local _, err = api:get("companies", 2)
      return failed("invalid", nil, err) .. (err.body or "")
    end,
    closes = true,
  }
end

scenario {
  name = "no response",
  knobs = "fail/%d/444/9",
  options = { retries = 0 },
  call = function(api)
    local _, err = api:get("companies", 2)
    if err.message:find("Could not resolve host", 1, true) then
      error(err, 0) -- out of memory, as libcurl reports it
    end
    return failed("network", nil, err) .. err.message
  end,
  closes = true,
}

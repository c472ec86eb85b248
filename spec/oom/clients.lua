-- Clients: they are made, derived, wait in a loop, and are closed.

local oom = require "spec.oom.scenario"

local good, failed, make_client, token, scenario = oom.good, oom.failed, oom.make_client, oom.token, oom.scenario

scenario {
  name = "load", -- loads the modules too
  fresh = true,
  call = function()
    local api = make_client {}
    local company = good(api:get("companies", 1))
    api:close()
    return company.id .. tostring(api) .. tostring(company)
  end,
}

scenario {
  name = "new",
  call = function()
    local api = make_client {
      options = {
        ext = { "https://a.test/e", "https://a.test/f" }, profile = "https://a.test/p", user_agent = "oom",
        headers = { ["X-One"] = "1", ["X-Two"] = "" }, cache = 100000, ca_file = "/dev/null", trace = print,
        trace_detail = "headers", debug = print,
        operations = "/operations", deadline = 5, company = nil,
      },
    }
    local text = tostring(api) .. api:stats().requests .. tostring((api:timeout()))
    api:close()
    return text
  end,
}

scenario {
  name = "with",
  options = {
    headers = { ["X-One"] = "1" }, client_key_password = "p", cache = 100000, rate = { requests = 50, per = 1 },
  },
  call = function(api)
    local headers = { ["x-one"] = "2", ["X-Two"] = "3" }
    local derived = api:with { headers = headers, profile = "https://a.test/p", timeout = 1 }
    local other = api:with { token = function() return token end, max_connections = 1, operations = "/operations" }
    local names = { good(derived:get("people", 3)).attributes.name, good(other:get("people", 3)).attributes.name }
    derived:close()
    other:with({ rate = { requests = 9, per = 1 }, cache = true }):close()
    return table.concat(names, " ")
  end,
}

scenario {
  name = "shared cache",
  call = function(api)
    local values = {}
    local dictionary = {
      get = function(_, name) return values[name] end,
      set = function(_, name, value) values[name] = value end,
      add = function(_, name, value) values[name] = values[name] or value end,
      incr = function(_, name, by) values[name] = values[name] + by end,
    }
    local names = {}
    for i = 1, 2 do
      local derived = api:with { cache = { shared = dictionary, ttl = 60 } }
      names[i] = good(derived:get("people", 3)).attributes.name
      derived:close()
    end
    return table.concat(names, " ")
  end,
}

scenario {
  name = "loop", -- with the engine's thread
  options = { loop = "manual" },
  call = function(api)
    local found
    api:spawn(function()
      found = good(api:get("people", 3)).attributes.name
    end)
    while not found do
      api:step(0.05)
    end
    api:close()
    return found
  end,
  closes = true,
}

scenario {
  name = "task",
  options = { loop = "manual" },
  call = function(api)
    local slow = api:spawn(function()
      return api:get("people", 4)
    end)
    local task = api:spawn(function()
      return good(api:get("people", 3)).attributes.name
    end)
    api:step()
    slow:cancel()
    while not (task:done() and slow:done()) do
      api:step(0.05)
    end
    local name = good(task:result())
    api:close()
    return name .. tostring(slow)
  end,
  closes = true,
}

scenario {
  name = "authorization",
  knobs = "redirect/303",
  options = {
    authorization = function() return "Bearer " .. token end, headers = { ["X-Api-Key"] = "a-secret-key" },
    rate = { requests = 9, per = 1 },
  },
  call = function(api)
    local order = { method = "OPTIONS", path = "/companies/1", body = { meta = { a = 1 } } }
    local document, answer = good(api:request(order))
    return document.data.id .. answer.status .. require "harnest".basic("user", "päss")
  end,
}

scenario {
  name = "trace and token",
  options = { token = function() return token end, trace = function(event) assert(event.url and event.event) end,
    debug = function(line) assert(line:find "^harnest ") end, trace_detail = "body" },
  call = function(api)
    return good(api:get("companies", 1)).id
  end,
}

scenario {
  name = "dry run",
  call = function(api)
    local function check(event) assert(event.url and event.event) end
    local showing = api:with { dry_run = true, trace = check, trace_detail = "body" }
    local kind = failed("refused", showing:create("drafts", { attributes = { title = "x" } }))
    showing:close()
    return kind
  end,
}

scenario {
  name = "limits",
  options = { rate = { requests = 1, per = 60 }, deadline = 9, max_response = 300, retries = 0 },
  call = function(api)
    return failed("protocol", api:get("people", 3)) .. failed("timeout", api:get("people", 3))
  end,
  closes = true,
}

scenario {
  name = "close",
  call = function(api)
    local iterator = api:list "contracts"
    good(iterator:next())
    local other = api:pages "companies"
    good(other:next())
    api:close()
    while true do
      local contract, err = iterator:next()
      if contract == nil then
        return failed("cancelled", contract, err) .. tostring(api)
      end
    end
  end,
  closes = true,
}

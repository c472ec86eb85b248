-- Reads of single resources and of lists.

local oom = require "spec.oom.scenario"

local good, ids, failed, scenario = oom.good, oom.ids, oom.failed, oom.scenario

scenario {
  name = "get",
  call = function(api)
    local person = good(api:get("people", 3, { include = { "company", "manager" }, fields = { companies = "name" } }))
    local company = good(person:related "company")
    return person.attributes.name .. company.attributes.name .. tostring(company.relationships)
  end,
}

scenario {
  name = "many",
  call = function(api)
    local list = {}
    for id, company, err in api:get_many("companies", { 1, 2, 3 }, { fields = { companies = "name" } }) do
      list[#list + 1] = id .. good(company, err).attributes.name
    end
    return table.concat(list, " ")
  end,
}

scenario {
  name = "parallel",
  call = function(api)
    local results = api:parallel(
      function() return api:get("companies", 1) end,
      function() return api:first "contracts" end)
    return good(results[1][1], results[1][2]).id .. good(results[2][1], results[2][2]).id
  end,
}

scenario {
  name = "request",
  call = function(api)
    local document, answer = good(api:request { method = "GET", path = "/companies/1", headers = { ["X-Y"] = "z" } })
    return document.data.id .. answer.status .. answer.headers["content-type"]
  end,
}

scenario {
  name = "describe",
  call = function(api)
    local page = good(api:pages("people", { page = { size = 2 } }):next())
    local found = good(api:describe("people", { include = "company" }))
    good(found.paging.problem == nil or nil, found.paging.problem) -- it may be out of memory
    found.paging.next = nil -- has the name of the copy
    return tostring(found) .. page[2].id
      .. tostring((api:types()))
  end,
}

scenario {
  name = "list",
  call = function(api)
    local list = {}
    local query = { include = "owner", limit = 7, sort = "id", filter = { status = { 1, 2 } } }
    for contract, page in api:list("contracts", query) do
      list[#list + 1] = contract.id .. ":" .. page.number .. ":" .. good(contract:related "owner").id
    end
    return table.concat(list, " ")
  end,
}

scenario {
  name = "rows",
  call = function(api)
    local list = {}
    local columns = { "id", "title", "owner.name", "signers.company.name", "tags", "details.pages" }
    for id, title, owner, companies, tags in api:rows("contracts", columns, { limit = 5 }) do
      list[#list + 1] = table.concat({ id, title, owner, #companies, #tags }, ":")
    end
    return table.concat(list, " ")
  end,
}

scenario {
  name = "lines",
  call = function(api)
    local texts = {}
    local query = { limit = 5, lines = { format = "csv", block = 200, others = true } }
    for text in api:rows("contracts", { "id", "title", "signers.name", "tags", "details" }, query) do
      texts[#texts + 1] = text
    end
    return table.concat(texts)
  end,
}

scenario {
  name = "rows without a column",
  call = function(api)
    local iterator = api:rows("contracts", { "id", "titel" })
    return failed("refused", iterator:next())
  end,
}

scenario {
  name = "view",
  call = function(api)
    local list = {}
    for contract, page in api:list("contracts", { include = { "owner", "signers" }, limit = 5, view = true }) do
      local members = {}
      for name in contract.attributes() do
        members[#members + 1] = name
      end
      table.sort(members)
      list[#list + 1] = table.concat({
        contract.id, page.number, tostring(contract.attributes.tags), good(contract:related "owner").attributes.name,
        ids(good(contract:related "signers")), contract:table().attributes.title, contract:ref().id, tostring(contract),
      }, ":") .. table.concat(members)
    end
    return table.concat(list, " ") .. good(api:get("companies", 2, { view = true })).attributes.name
  end,
}

scenario {
  name = "pages",
  knobs = "max/15/shape/laravel",
  call = function(api)
    local list = {}
    for page in api:pages("companies", { page = { size = 15, number = 2 } }) do
      list[#list + 1] = ("%d/%d/%d/%s"):format(page.number, page.last, page.total, ids(page.data))
    end
    return table.concat(list, " ") .. good(api:first("companies")).id
  end,
}

scenario {
  name = "pages side by side",
  knobs = "max/10/shape/links",
  call = function(api)
    return ids(good(api:all("companies", { fields = { companies = "name" }, concurrency = 3 })))
  end,
}

scenario {
  name = "exact",
  knobs = "max/20/shape/links",
  call = function(api)
    local query = { filter = { country = { "FR", "DE" } }, exact = true, limit = 5 }
    local none = good(api:all("companies", { filter = { country = "F" }, exact = true }))
    return ids(good(api:all("companies", query))) .. #none
  end,
}

scenario {
  name = "break",
  call = function(api)
    local list = {}
    local iterator = api:list("companies", { page = { size = 3 } })
    for company in iterator do
      list[#list + 1] = company.id
      if #list == 4 then
        break
      end
    end
    local cursor
    for company in api:list "companies" do
      list[#list + 1] = company.id
      if #list == 6 then
        local more = api:list("companies", { limit = 2 })
        good(more:next())
        cursor = more:cursor()
        more:close()
        break
      end
    end
    return table.concat(list, " ") .. good(api:first("companies", { after = cursor })).id
  end,
}

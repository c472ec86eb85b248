-- The scenarios that oom.c runs with failing allocations: calls of the public module to the
-- sandbox. Each is prepared with working allocations and returns its result as text, which must be
-- right unless an error is returned.
--   name, knobs   path segments before /v1/api        options   of the client, beside the usual
--   ready(api)    what the call needs                 call(api, what ready gave)
--   fresh         no client is made before            prepare(), check()  before and after the call

local token = os.getenv "HARNEST_TOKEN"
local root = os.getenv("HARNEST_URL"):gsub("/v1/api$", "")

local function url_of(knobs)
  return ("%s/copy/%s/%s/v1/api"):format(root, os.getenv "OOM_COPY" or "oom", knobs or "max/3")
end

-- An error object counts like a raised error
local function good(value, err)
  if value == nil and err ~= nil then
    error(err, 0)
  end
  return value, err
end

local function ids(resources)
  local list = {}
  for i, resource in ipairs(resources) do
    list[i] = resource.type .. resource.id
  end
  return table.concat(list, " ")
end

-- The kind of the expected error; raises another error
local function failed(kind, _, err)
  if err and err.kind ~= kind then
    error(err, 0)
  end
  return err and kind or "unexpected success"
end

local function make_client(scenario)
  local harnest = require "harnest"
  local more = scenario.options or {}
  local options = {
    url = url_of(scenario.knobs), token = not more.authorization and token or nil, dialect = "harnest",
    timeout = 1, connect_timeout = 1, retries = 1, max_retry_wait = 0.001,
  }
  for name, value in pairs(more) do
    options[name] = value
  end
  return harnest.new(options)
end

local scenarios = {}

local function scenario(it)
  scenarios[#scenarios + 1] = it
end

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
  name = "get",
  call = function(api)
    local person = good(api:get("people", 3, { include = { "company", "manager" }, fields = { companies = "name" } }))
    local company = good(person:related "company")
    return person.attributes.name .. company.attributes.name .. tostring(company.relationships)
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
  name = "job",
  knobs = "answer/accepted/job/0/retry-after/0",
  call = function(api)
    local draft = good(api:wait(good(api:create("drafts", { attributes = { title = "x" } }))))
    return draft.attributes.title
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

-- ----------------------------------------------------------------- cassettes

local function cassette_path()
  return ("build/%s-cassette.json"):format(os.getenv "OOM_COPY" or "oom")
end

local function read_file(path)
  local file = io.open(path, "rb")
  local text = file and file:read "a"
  if file then
    file:close()
  end
  return text
end

local function write_file(path, text)
  local file = assert(io.open(path, "wb"))
  assert(file:write(text))
  assert(file:close())
end

local OLD_CASSETTE = '{"harnest_cassette": 1, "note": "kept", "interactions": []}\n'

-- How many interactions the file has. By lines, since Lua does not collect garbage for a long text.
local function count_recorded()
  local count = 0
  for line in io.lines(cassette_path()) do
    if line:find '^ +"request": {' then
      count = count + 1
    end
  end
  return count
end

-- A cassette whose client is made, used and closed while allocations fail. `found` is the file before.
local function cassette_scenario(it)
  it.fresh = true
  it.prepare = function()
    write_file(cassette_path(), it.found)
  end
  it.call = function()
    local options = { retries = 0 }
    for name, value in pairs(it.options or {}) do
      options[name] = value
    end
    options.cassette = { path = cassette_path(), mode = it.mode, filter = it.filter, warn = function() end }
    local api = make_client { options = options, knobs = it.knobs }
    local result = it.use(api)
    api:close()
    return result .. count_recorded()
  end
  scenario(it)
end

-- The old file, or a new one whose interactions are whole, and no other beside it. A client that was not
-- closed writes the file, too, so it may have fewer of them.
local function check_recorded()
  local text = assert(read_file(cassette_path()))
  local process = assert(read_file "/proc/self/stat"):match "^%d+"
  assert(not read_file(("%s.%s.new"):format(cassette_path(), process)), "a temporary file is left")
  assert(not text:find(token, 1, true), "the token is in the file")
  if text == OLD_CASSETTE then
    return
  end
  local file = assert(require "harnest".decode(text))
  assert(file.note == "kept", "an unknown member is lost")
  for _, interaction in ipairs(file.interactions) do
    local response = interaction.response
    assert(response and response.body or interaction.failure, "a response is lost")
    assert(not response or response.headers["content-type"], "headers are lost")
    assert(not (interaction.failure and interaction.failure.message:find "^not enough memory"),
      "a lack of memory is recorded")
  end
end

cassette_scenario {
  name = "record a cassette",
  found = OLD_CASSETTE,
  mode = "record",
  use = function(api)
    local person = good(api:get("people", 3, { include = "company" }))
    return person.attributes.name .. ids(good(api:all("companies", { limit = 4 })))
      .. tostring(api:cassette_report().is_recording)
  end,
  check = check_recorded,
}

cassette_scenario {
  name = "filter a cassette",
  found = OLD_CASSETTE,
  mode = "record",
  filter = function(interaction)
    interaction.request.query.include = "[removed]"
    interaction.response.body.data.attributes.email = nil
  end,
  use = function(api)
    return good(api:get("people", 3, { include = "company" })).attributes.name
  end,
  check = function()
    check_recorded()
    assert(not read_file(cassette_path()):find('"email"', 1, true), "what the filter took out is in the file")
  end,
}

local RECORDED = [[
{
  "harnest_cassette": 1,
  "base_url": "https://api.test/v1",
  "interactions": [
    {
      "request": {"method": "GET", "path": "things", "query": {"filter[a]": "1", "x": "[removed]"}},
      "response": {
        "status": 200,
        "headers": {"content-type": "application/vnd.api+json", "x": ["1", "2"]},
        "body": {"data": [{"type": "things", "id": "1"}], "links": {"next": "https:\/\/api.test\/v1\/things?page=2"}}
      }
    },
    {
      "request": {"method": "GET", "path": "things", "query": {"page": "2"}},
      "response": {
        "status": 200,
        "headers": {"content-type": "application/vnd.api+json"},
        "text": "{\"data\":[{\"type\":\"things\",\"id\":\"2\"}]}"
      }
    },
    {
      "request": {"method": "POST", "path": "things", "body": {"data": {"type": "things", "attributes": {"n": 1.50}}}},
      "response": {
        "status": 201,
        "headers": {"content-type": "application/vnd.api+json"},
        "base64": "eyJkYXRhIjp7InR5cGUiOiJ0aGluZ3MiLCJpZCI6IjMifX0="
      }
    },
    {
      "request": {"method": "GET", "path": "things/4"},
      "failure": {"kind": "timeout", "message": "slow"}
    },
    {
      "request": {"method": "GET", "path": "things/5", "body": 123456789012345678901234567890},
      "response": {"status": 204}
    }
  ]
}
]]

cassette_scenario {
  name = "replay a cassette",
  found = RECORDED,
  mode = "replay",
  use = function(api)
    local things = good(api:all("things", { filter = { a = 1 }, params = { x = "secret" } }))
    return ids(things)
  end,
}

cassette_scenario {
  name = "replay a page, a write and a failure",
  found = RECORDED,
  mode = "replay",
  use = function(api)
    local page = good(api:fetch "things?page=2")
    local thing = good(api:create("things", { attributes = { n = 1.5 } }))
    local _, err = api:get("things", 4)
    local kind = failed("timeout", nil, err)
    local _, lacking = api:get("things", 9)
    failed("refused", nil, lacking)
    if not lacking.message:find "nearest is interactions%[3%], GET things/4: path is" then
      error(lacking, 0) -- out of memory
    end
    return page.data[1].id .. thing.id .. kind .. table.concat(api:cassette_report().unused, ";")
  end,
}

cassette_scenario {
  name = "check a cassette",
  found = [[{"harnest_cassette": 1, "interactions": [{"request": {"method": "GET", "path": "companies/2"},
    "response": {"status": 200, "body": {"data": {"type": "companies", "id": "2", "attributes": {"name": 1}}}}}]}]],
  mode = "check",
  use = function(api)
    local name = good(api:get("companies", 2)).attributes.name
    return name .. table.concat(api:cassette_report().differences, ";")
  end,
  check = function()
    assert(read_file(cassette_path()):find('"name": 1', 1, true), "a check has written")
  end,
}

-- A damaged file is an error that says where, or a lack of memory.
scenario {
  name = "open a damaged cassette",
  fresh = true,
  prepare = function()
    write_file(cassette_path(), RECORDED:sub(1, -20))
  end,
  call = function()
    local fine, problem = pcall(make_client, { options = { cassette = { path = cassette_path(), mode = "replay" } } })
    if fine or not tostring(problem):find(":%d+:%d+: ") then
      error(problem, 0)
    end
    return tostring(problem)
  end,
}

local names = {}
for i, it in ipairs(scenarios) do
  names[i] = it.name
end

local current -- the scenario that is prepared

return {
  names = names,

  -- Prepares a scenario. Returns its name, the call, and the client that must work afterwards, if
  -- there is one
  ready = function(number)
    local it = scenarios[number]
    current = it
    if it.prepare then
      it.prepare()
    end
    if it.fresh then
      return it.name, it.call, nil
    end
    local knobs = it.knobs and it.knobs:gsub("%%d", ("%d%d"):format(os.time(), math.random(1 << 40)))
    local api = make_client { knobs = knobs, options = it.options }
    local ready = it.ready and it.ready(api)
    return it.name, function() return it.call(api, ready) end, not it.closes and api or nil
  end,

  -- The call that must work afterwards, by the same client if there is one, and what must hold
  afterwards = function(api)
    if current.check then
      collectgarbage() -- clients that were not closed
      current.check()
    end
    api = api or make_client {}
    assert(good(api:get("companies", 4)).id == "4")
    api:close()
  end,
}

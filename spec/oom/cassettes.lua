-- Cassettes: recorded, replayed and checked, and files that must stay whole.

local oom = require "spec.oom.scenario"
local text_file = require "spec.support.text_file"

local good, ids, failed, make_client, token, scenario
  = oom.good, oom.ids, oom.failed, oom.make_client, oom.token, oom.scenario

-- The path of this process's cassette
local function cassette_path()
  return ("build/%s-cassette.json"):format(os.getenv "OOM_COPY" or "oom")
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
    text_file.write(cassette_path(), it.found)
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
  local text = assert(text_file.read(cassette_path()))
  local process = assert(text_file.read "/proc/self/stat"):match "^%d+"
  assert(not text_file.read(("%s.%s.new"):format(cassette_path(), process)), "a temporary file is left")
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
    assert(not text_file.read(cassette_path()):find('"email"', 1, true), "what the filter took out is in the file")
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
    assert(text_file.read(cassette_path()):find('"name": 1', 1, true), "a check has written")
  end,
}

-- A damaged file is an error that says where, or a lack of memory.
scenario {
  name = "open a damaged cassette",
  fresh = true,
  prepare = function()
    text_file.write(cassette_path(), RECORDED:sub(1, -20))
  end,
  call = function()
    local fine, problem = pcall(make_client, { options = { cassette = { path = cassette_path(), mode = "replay" } } })
    if fine or not tostring(problem):find(":%d+:%d+: ") then
      error(problem, 0)
    end
    return tostring(problem)
  end,
}

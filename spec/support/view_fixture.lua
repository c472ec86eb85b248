-- For specs of views: a client of the sandbox, and one of a raw server.
--
--   local fixture = require "spec.support.view_fixture"(setup, before_each, teardown)
--   local view, plain = fixture.both '{"data":{"type":"t","id":"1"}}'
--   fixture.shows(view, plain)
--   fixture.api, fixture.scripted, fixture.raw

local harnest = require "harnest"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"

local VIEW = { view = true }

local function is_view(value)
  return type(value) == "userdata" and value ~= harnest.null
end

local function kind(number)
  return math.type and math.type(number) or type(number)
end

-- Fails unless a view shows exactly what the table has, at every depth. Returns the number of values.
local function shows(view, plain, path)
  path = path or "view"
  if type(plain) ~= "table" then
    assert(not is_view(view), path)
    assert(rawequal(view, plain) or view ~= view and plain ~= plain, path)
    assert(kind(view) == kind(plain), path)
    return 1
  end
  assert(is_view(view), path .. " is a " .. type(view))
  assert(#view == #plain, path .. " has another length")
  local values, members = 1, {}
  for key, value in view() do
    assert(members[key] == nil, path .. " gives a member twice")
    members[key] = value
    values = values + shows(value, plain[key], path .. "." .. tostring(key))
    assert(view[key] == value, path)
  end
  for key, value in next, plain do
    assert(members[key] ~= nil, path .. " lacks " .. tostring(key))
    shows(view[key], value, path .. "." .. tostring(key))
  end
  return values
end

-- Arguments: busted's functions of these names
return function(setup, before_each, teardown)
  local fixture = { VIEW = VIEW, is_view = is_view, shows = shows, raw = rawserver.new() }

  setup(function()
    local sb = sandbox.get()
    fixture.raw:start()
    fixture.scripted = harnest.new { url = fixture.raw.url, dialect = "jsonapi", retries = 0 }
    fixture.api = harnest.new { url = sb.url, token = sb.token, dialect = "harnest" }
  end)
  before_each(function() fixture.raw:reset() end)
  teardown(function()
    fixture.api:close()
    fixture.scripted:close()
    fixture.raw:stop()
  end)

  -- Plays a response
  function fixture.answer(body, headers)
    fixture.raw:play { { rawserver.response(200, headers or {}, body) } }
  end

  -- The response's data as a view and as tables
  function fixture.both(body, headers)
    fixture.answer(body, headers)
    local view = assert(fixture.scripted:fetch("/things", VIEW)).data
    fixture.answer(body, headers)
    return view, assert(fixture.scripted:fetch "/things").data
  end

  return fixture
end

-- err:details(): an error as several lines.

local cjson = require "cjson"
local harnest = require "harnest"
local rawserver = require "spec.support.rawserver"
local usage_error = require "spec.support.usage_error"

describe("err:details", function()
  local raw, api

  setup(function()
    raw = rawserver.start()
    api = harnest.new { url = raw.url, token = "a-token-to-send", retries = 0 }
  end)
  before_each(function() raw:reset() end)
  teardown(function()
    api:close()
    raw:stop()
  end)

  -- The lines for a response
  local function lines_of(status, errors)
    raw:play { { raw.response(status, {}, cjson.encode { errors = errors }) } }
    local _, err = api:create("things", { attributes = {} })
    assert.is_nil(tostring(err):find("\n", 1, true))
    local text, list = err:details(), {}
    for line in (text .. "\n"):gmatch "(.-)\n" do list[#list + 1] = line end
    return list, err
  end

  it("has the message, each error object, the request id, the attempts and the time", function()
    local lines, err = lines_of(422, {
      { title = "Invalid", detail = "must not be empty", source = { pointer = "/data/attributes/title" } },
      { detail = "is unknown", source = { parameter = "filter[x]" } },
      { title = "No", source = { header = "Accept" } },
      { code = "E42" },
      { id = "1" },
    })
    assert.equal(9, #lines)
    assert.equal(err.message, lines[1])
    assert.equal("  Invalid: must not be empty (attributes.title)", lines[2])
    assert.equal("  is unknown (parameter filter[x])", lines[3])
    assert.equal("  No (header Accept)", lines[4])
    assert.equal("  E42", lines[5])
    assert.equal("  no reason given", lines[6])
    assert.equal("  request id: " .. raw:requests(1)[1].headers["x-request-id"], lines[7])
    assert.equal("  attempts: 1", lines[8])
    assert.equal(("  seconds: %.3f"):format(err.seconds), lines[9])
    assert.is_true(err.seconds > 0 and err.seconds < 60)
  end)

  it("counts the time from the first attempt to the last", function()
    raw:play { { raw.response(503, { ["Retry-After"] = "1" }) }, { raw.response(404, {}, "") } }
    local again = harnest.new { url = raw.url, token = false, retries = 1 }
    local _, err = again:get("things", 1)
    assert.equal(2, err.attempts)
    assert.is_true(err.seconds >= 1)
    again:close()
  end)

  it("has no line of the server in two", function()
    local lines = lines_of(422, { { title = "A\nB", detail = "C\r\n\27[31mD" } })
    assert.equal("  A B: C   [31mD", lines[2])
    assert.equal(5, #lines)
  end)

  it("shows long texts shortened", function()
    local lines = lines_of(422, { { detail = ("x"):rep(5000) } })
    assert.is_true(#lines[2] < 500)
  end)

  it("shows no token", function()
    local lines = lines_of(422, { { title = "got a-token-to-send" }, { detail = "a-token-to-send" } })
    assert.equal("  got [token]", lines[2])
    assert.equal("  [token]", lines[3])
  end)

  it("has only what the error has", function()
    local _, err = api:atomic { { op = "remove", ref = { type = "t", lid = "x" } } }
    assert.equal(err.message, err:details())
  end)

  it("takes what a script puts into the error", function()
    local _, err = lines_of(422, { { title = "T" } })
    err.errors, err.seconds, err.request_id, err.attempts, err.message = { 1, "x" }, nil, nil, {}, nil
    assert.truthy(err:details():find("^harnest.error\n  no reason given\n  no reason given\n  attempts: table"))
    err.errors, err.attempts = 5, nil
    assert.equal("harnest.error", err:details())
  end)

  it("is a method", function()
    local _, err = lines_of(422, {})
    assert.equal("details: expected an error object, got nil; methods are called as err:name(...)",
      usage_error(err.details))
  end)

  it("comes with a traceback as docs/API.md shows it", function()
    raw:play { { raw.response(404, {}, "") } }
    local function describe_error(err)
      local is_object = type(err) == "table" and err.details
      return debug.traceback(is_object and err:details() or tostring(err), 2)
    end
    local fine, report = xpcall(function()
      for _ in api:list "things" do error "not reached" end
    end, describe_error)
    assert.is_false(fine)
    local pattern = "^404 not_found: GET things: .-\n  request id: %S+\n  attempts: 1\n"
      .. "  seconds: %S+\nstack traceback:\n"
    assert.matches(pattern, report)
    assert.truthy(report:find("spec/lua/error_details_spec.lua:", 1, true))
    local _, other = xpcall(function() error "no object" end, describe_error)
    assert.matches("^[^\n]*no object\nstack traceback:\n", other)
  end)
end)

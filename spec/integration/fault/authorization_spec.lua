-- Credentials that a script does not have, or that the server does not accept.

local fault = require "spec.support.fault"
local harnest = require "harnest"
local rawserver = require "spec.support.rawserver"

local response = rawserver.response

describe("authorization fault:", function()
  local faults = fault.section "Authorization"
  setup(function() faults:start() end)
  teardown(function() faults:stop() end)

  local refusing = { response(401, {}, "") }

  -- The credentials of a client come from a function
  local function with(name, value, reason)
    return { [name] = function() return value, reason end }
  end

  -- A row in which nothing is sent
  local function unsent(name, message, options)
    return { name, kind = "unauthorized", retried = false, attempts = 0, message = message, options = options,
      script = refusing }
  end

  local function none(_, whole)
    return { whole }
  end

  faults:specs({
    { "401 always", kind = "unauthorized", retried = false, maybe_executed = false, script = refusing },
    { "401 always, with a function", kind = "unauthorized", retried = false, attempts = 2, maybe_executed = false,
      script = refusing, options = with("token", "a-token-to-send") },
    { "401 once, with a function", kind = "success", attempts = 2, options = with("token", "a-token-to-send"),
      scripts = { refusing, none } },
  }, it)

  faults:specs({
    unsent("the token function returns no token", "locked", with("token", nil, "locked")),
    unsent("the token function returns a number", "returned a number, not a string", with("token", 5)),
    unsent("the token function returns a line break", "characters that a header must not contain",
      with("token", "a\nX-Evil: 1")),
  }, it)

  for _, name in ipairs { "token", "authorization" } do
    faults:spec("the " .. name .. " function raises", "get", it, function()
      faults.raw:reset()
      local api = harnest.new { url = faults.raw.url, dialect = "jsonapi", [name] = function() error { "locked" } end }
      local fine, err = pcall(api.get, api, "contracts", 1)
      api:close()
      assert.is_false(fine)
      assert.same({ "locked" }, err)
      assert.equal(0, #faults.raw:requests())
      return 0, "what it raised", "", "< 2 s"
    end)
  end

  it("is documented in docs/FAULTS.md", function() faults:check() end)
end)

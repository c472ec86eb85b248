-- Servers that lead elsewhere: nothing is ever sent to another origin, and the token goes nowhere.

local fault = require "spec.support.fault"
local rawserver = require "spec.support.rawserver"

local response = rawserver.response

describe("a fault of direction:", function()
  local faults = fault.section "Other origins"
  local other = rawserver.start()

  setup(function() faults:start() end)
  teardown(function()
    faults:stop()
    other:stop()
  end)

  local function untouched()
    assert.equal(0, #other:connections())
  end

  local function row(name, more)
    local all = { name, after = untouched, again = false }
    for key, value in pairs(more) do all[key] = value end
    return all
  end

  local function redirect(status, location)
    return { response(status, { Location = location }) }
  end

  local reads, writes = { "get", "list" }, { "create", "delete" }

  faults:specs({
    row("a redirect in a loop",
      { kind = "protocol", says = "too many redirects", requests = reads, script = redirect(302, "/api/contracts") }),
    row("a redirect to another port",
      { kind = "refused", says = "cross-origin redirect to", requests = reads,
        script = redirect(302, other.url .. "/x") }),
    row("a redirect to another host, without a scheme",
      { kind = "refused", says = "cross-origin redirect to", requests = reads,
        script = redirect(307, "//localhost:" .. other.port .. "/x") }),
    row("a redirect with a user's name in it",
      { kind = "protocol", says = "redirect without a valid Location", requests = reads,
        script = redirect(302, ("http://user:pass@127.0.0.1:%d/x"):format(other.port)) }),
    row("a redirect to a file", { kind = "protocol", says = "redirect without a valid Location", requests = reads,
      script = redirect(302, "file:///etc/passwd") }),
    row("a redirect of a write",
      { kind = "refused", says = "redirect of a write to", requests = writes,
        script = redirect(307, other.url .. "/x") }),
    row("a next link to another origin", { kind = "refused", says = "leads to another server", requests = { "list" },
      script = { response(200, {}, ('{"data":[{"type":"contracts","id":"1"}],"links":{"next":"%s/x"}}')
        :format(other.url)) } }),
    row("a next link in the head, to another origin", { kind = "refused", says = "leads to another server",
      requests = { "list" }, script = { response(200, { Link = ('<%s/x>; rel="next"'):format(other.url) },
        '{"data":[{"type":"contracts","id":"1"}]}') } }),
    row("a 201 without the resource, whose Location is elsewhere", { kind = "answered", requests = { "create" },
      script = { response(201, { Location = other.url .. "/contracts/1", ["Content-Type"] = false }, "") } }),
  }, it)

  for _, name in ipairs { "Location", "Content-Location" } do
    faults:spec("a 202 whose " .. name .. " is elsewhere, and api:wait", "create", it, function()
      local harnest = require "harnest"
      faults.raw:reset()
      faults.raw:play { { response(202, { [name] = other.url .. "/jobs/1" }, '{"meta":{"a":1}}') } }
      local api = harnest.new { url = faults.raw.url, token = "a-token-to-send", dialect = "jsonapi" }
      local job = assert(api:create("contracts", { attributes = { title = "Lease" } }))
      local result, err = api:wait(job)
      api:close()
      assert.is_nil(result)
      assert.equal("refused", err.kind)
      assert.truthy(err.message:find("leads to another server", 1, true), err.message)
      assert.equal(1, #faults.raw:requests())
      untouched()
      return 1, err.kind, "leads to another server", "< 2 s"
    end)
  end

  it("docs/FAULTS.md tells of them", function() faults:check() end)
end)

-- Servers that link or redirect to other origins: the client sends nothing there, and never the token.

local fault = require "spec.support.fault"
local rawserver = require "spec.support.rawserver"

local response = rawserver.response

describe("origin fault:", function()
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
    local all = { name, after = untouched, retried = false }
    for key, value in pairs(more) do all[key] = value end
    return all
  end

  local function redirect(status, location)
    return { response(status, { Location = location }) }
  end

  local function plain(_, whole)
    return { whole }
  end

  local reads, writes = { "get", "list" }, { "create", "delete" }

  faults:specs({
    row("a redirect loop",
      { kind = "protocol", message = "too many redirects", requests = reads,
        script = redirect(302, "/api/contracts") }),
    row("a redirect to another port",
      { kind = "refused", message = "cross-origin redirect to", requests = reads,
        script = redirect(302, other.url .. "/x") }),
    row("a redirect to another host, without a scheme",
      { kind = "refused", message = "cross-origin redirect to", requests = reads,
        script = redirect(307, "//localhost:" .. other.port .. "/x") }),
    row("a redirect with a user name",
      { kind = "protocol", message = "redirect without a valid Location", requests = reads,
        script = redirect(302, ("http://user:pass@127.0.0.1:%d/x"):format(other.port)) }),
    row("a redirect to a file",
      { kind = "protocol", message = "redirect without a valid Location", requests = reads,
      script = redirect(302, "file:///etc/passwd") }),
    row("a redirect of a write",
      { kind = "refused", message = "redirect of a write to", requests = writes,
        script = redirect(307, other.url .. "/x") }),
    row("a redirect of a write that adds a slash",
      { kind = "success", attempts = 2, requests = { "create" },
        scripts = { redirect(307, "/api/contracts/"), plain } }),
    row("a redirect of a write that adds a slash on another origin",
      { kind = "refused", message = "redirect of a write to", requests = { "create" },
        script = redirect(308, other.url .. "/api/contracts/") }),
    row("redirects of a write that add a slash, again and again",
      { kind = "refused", message = "redirect of a write to", requests = { "create" },
        script = redirect(308, "/api/contracts/") }),
    row("a next link to another origin",
      { kind = "refused", message = "leads to another server", requests = { "list" },
      script = { response(200, {},
        ('{"data":[{"type":"contracts","id":"1"}],"links":{"next":"%s/x"}}')
        :format(other.url)) } }),
    row("a next link in the Link header, to another origin",
      { kind = "refused", message = "leads to another server",
      requests = { "list" },
        script = { response(200, { Link = ('<%s/x>; rel="next"'):format(other.url) },
        '{"data":[{"type":"contracts","id":"1"}]}') } }),
    row("a 201 without the resource and with a Location on another origin",
      { kind = "success", requests = { "create" },
      script = { response(201, { Location = other.url .. "/contracts/1", ["Content-Type"] = false },
        "") } }),
  }, it)

  for _, name in ipairs { "Location", "Content-Location" } do
    faults:spec("a 202 whose " .. name .. " is elsewhere, and api:wait", "create", it, function()
      local harnest = require "harnest"
      faults.raw:reset()
      faults.raw:play { { response(202, { [name] = other.url .. "/jobs/1" }, '{"meta":{"a":1}}') } }
      local api = harnest.new { url = faults.raw.url, token = "a-token-to-send",
        dialect = "jsonapi" }
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

  it("is documented in docs/FAULTS.md", function() faults:check() end)
end)

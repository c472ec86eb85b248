-- The option cache.shared with a shared dictionary of nginx, which has two worker processes. nginx contains LuaJIT;
-- other Luas skip these specs.

if not jit then return end

local nginx = require "spec.support.nginx"
local rawserver = require "spec.support.rawserver"

local TOKEN = "the-token-of-a-user"

describe("a shared dictionary of nginx", function()
  local host, raw

  setup(function()
    raw = rawserver.start()
    host = nginx.start {
      main = "worker_processes 2;",
      listen = "reuseport",
      http = [[
        lua_shared_dict responses 1m;
        init_worker_by_lua_block {
          api = require "harnest".new {
            url = "]] .. raw.url .. [[", token = false, dialect = "jsonapi", loop = "nginx", retries = 0,
            cache = { shared = ngx.shared.responses },
          }
        }
      ]],
      server = [[
        location = /title {
          content_by_lua_block {
            local found, err = api:with { token = ngx.var.arg_token or false }:get("things", 1)
            ngx.print(ngx.worker.pid(), " ", found and found.attributes.title or err.message)
          }
        }
        location = /delete { content_by_lua_block { ngx.print(tostring(api:delete("things", 2))) } }
        location = /all {
          content_by_lua_block {
            for _, name in ipairs(ngx.shared.responses:get_keys(0)) do
              ngx.print(name, "=", tostring(ngx.shared.responses:get(name)), "\n")
            end
          }
        }
      ]],
    }
  end)
  before_each(function() raw:reset() end)
  teardown(function()
    host:stop()
    raw:stop()
  end)

  local function answer(title)
    return { raw.response(200, { ["Cache-Control"] = "max-age=60" },
      ('{"data":{"type":"things","id":"1","attributes":{"title":"%s"}}}'):format(title)) }
  end

  -- Asks until both workers have answered; the kernel chooses one by each connection's port. Returns all titles.
  local function titles(query)
    local workers, count, seen = {}, 0, {}
    for _ = 1, 200 do
      local _, text = host:get("/title" .. (query or ""))
      local pid, title = text:match "^(%d+) (.*)$"
      count, workers[pid], seen[title] = count + (workers[pid] and 0 or 1), true, true
      if count == 2 then break end
    end
    assert.equal(2, count)
    return seen
  end

  it("answers all workers, by token", function()
    raw:play { answer "a", answer "b", answer "c" }
    assert.same({ a = true }, titles())
    assert.same({ b = true }, titles("?token=" .. TOKEN))
    assert.same({ b = true }, titles("?token=" .. TOKEN))
    assert.same({ a = true }, titles())
    local _, all = host:get "/all"
    assert.truthy(all:find('"title":"b"', 1, true))
    assert.is_nil(all:find(TOKEN, 1, true))
    assert.same({}, host:complaints())
  end)

  it("is stale for all workers after a write of one", function()
    raw:play { { raw.response(204) }, answer "d", answer "e" }
    host:get "/delete"
    assert.same({ d = true }, titles())
    assert.same({}, host:complaints())
  end)
end)

-- loop = "nginx" in a real nginx, which contains LuaJIT; other Luas skip these specs.

if not jit then return end

local cjson = require "cjson"
local collected = require "spec.support.collected"
local nginx = require "spec.support.nginx"
local nginx_loop = require "spec.support.nginx_loop"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"
local size = require "spec.support.size"
local tlsserver = require "spec.support.tlsserver"

-- The files of spec/integration/loop whose specs run in every loop
local LOOP_SPECS = { "calls", "concurrency", "deadlines", "lists" }

local function path_of(name)
  return ("spec/integration/loop/%s_spec.lua"):format(name)
end

describe("in nginx", function()
  local host

  setup(function()
    host = nginx.start {
      server = [[
        location = /spec {
          content_by_lua_block {
            local collected, wanted = require "spec.support.collected", ngx.unescape_uri(ngx.var.arg_name)
            for _, test in ipairs(collected(ngx.var.arg_path, { require "spec.support.nginx_loop" })) do
              if test.name == wanted then
                local fine, err = pcall(test.run)
                return ngx.print(fine and "fine" or tostring(err))
              end
            end
            ngx.print "there is no such spec"
          }
        }
        location = /outside {
          set_by_lua_block $outside { require("spec.support.nginx_loop").in_set() }
          return 204;
        }
      ]],
    }
  end)
  teardown(function() host:stop() end)

  for _, file in ipairs(LOOP_SPECS) do
    for _, test in ipairs(collected(path_of(file), { nginx_loop })) do
      it(test.name, function()
        local name = test.name:gsub("%W", function(character) return ("%%%02X"):format(character:byte()) end)
        local status, body = host:get(("/spec?path=%s&name=%s"):format(path_of(file), name))
        assert.same({ 200, "fine" }, { status, body })
        assert.same({}, host:complaints())
      end)
    end
  end
end)

local APP = [[
  location ~ ^/do/(?<name>\w+)$ {
    lua_check_client_abort on;
    content_by_lua_block { require("spec.support.nginx_app")[ngx.var.name]() }
  }
  location = /static { return 200 "static"; }
]]

local NO_WAIT = "cannot wait (loop nginx): code cannot yield in the phase %s; call it in a coroutine of the phases "

describe("loop = nginx", function()
  local host, raw

  setup(function()
    raw = rawserver.start()
    host = nginx.start {
      http = [[
        init_by_lua_block {
          require("spec.support.nginx_app").try()
          require("spec.support.nginx_app").block()
        }
        init_worker_by_lua_block { require("spec.support.nginx_app").try() }
      ]],
      server = APP .. [[
        server_rewrite_by_lua_block {
          if ngx.var.uri == "/server_rewrite" then require("spec.support.nginx_app").try() end
        }
        location = /server_rewrite { content_by_lua_block { ngx.print "rewritten" } }
        location = /rewrite {
          rewrite_by_lua_block { require("spec.support.nginx_app").try() }
          content_by_lua_block { ngx.print "rewritten" }
        }
        location = /access {
          access_by_lua_block { require("spec.support.nginx_app").try() }
          content_by_lua_block { ngx.print "accessed" }
        }
        location = /filters {
          set_by_lua_block $set { require("spec.support.nginx_app").try() }
          header_filter_by_lua_block { require("spec.support.nginx_app").try() }
          body_filter_by_lua_block { require("spec.support.nginx_app").try() }
          log_by_lua_block { require("spec.support.nginx_app").try() }
          content_by_lua_block { ngx.print "filtered" }
        }
      ]],
    }
  end)
  before_each(function() raw:reset() end)
  teardown(function()
    host:stop()
    raw:stop()
  end)

  local function seen(phase)
    return nginx.wait(function() return cjson.decode((select(2, host:get "/do/seen_as_json")))[phase] end)
  end

  for _, phase in ipairs { "server_rewrite", "rewrite", "access", "content", "timer" } do
    it("waits in the phase " .. phase, function()
      host:get(({ content = "/do/try", timer = "/do/try_in_timer" })[phase] or "/" .. phase)
      assert.equal("7", seen(phase))
    end)
  end

  for _, phase in ipairs { "init", "init_worker", "set", "header_filter", "body_filter", "log" } do
    it("raises in the phase " .. phase, function()
      host:get "/filters"
      assert.truthy(seen(phase):find(NO_WAIT:format(phase), 1, true), seen(phase))
    end)
  end

  it("restarts after a fork with clients that the master process used", function()
    assert.equal("7", seen "blocking")
    assert.same({ 200, "7" }, { host:get "/do/block_in_request" })
    assert.same({ 200, "7" }, { host:get "/do/contract" })
  end)

  it("uses one client, one thread and shared connections for all requests of a worker", function()
    local asked, before = {}, cjson.decode((select(2, host:get "/do/stats")))
    for i = 1, 40 do asked[i] = host:ask("/do/contract?id=" .. i) end
    for i = 1, 40 do assert.equal(tostring(i), asked[i]:receive("*a"):match "\r\n\r\n(.*)$") end
    local after = cjson.decode((select(2, host:get "/do/stats")))
    assert.equal(40, after.requests - before.requests)
    assert.is_true(after.connections - before.connections <= 8, after.connections)
    local threads = io.popen(("ls /proc/%d/task | wc -l"):format(host:workers()[1]))
    assert.equal(2, threads:read "*n")
    threads:close()
  end)

  -- Whether the raw server had this many connections, all closed by the client
  local function all_closed(count)
    return nginx.wait(function()
      local connections, closed = raw:connections(), 0
      for _, connection in ipairs(connections) do
        if connection.closed_by == "client" then closed = closed + 1 end
      end
      return #connections == count and closed == count
    end)
  end

  for name, count in pairs { get = 1, list = 1, rows = 1, many = 3, parallel = 2 } do
    it(("cancels the transfers of a request that nginx aborts: %s"):format(name), function()
      raw:play { { times = 9, { stall = true } } }
      local connection = host:ask(("/do/%s?at=%s"):format(name, raw.url))
      assert.equal(count, #raw:requests(count))
      connection:close()
      assert.is_true(all_closed(count))
    end)
  end

  it("cancels the transfers of a light thread that is killed", function()
    raw:play { { times = 9, { stall = true } } }
    assert.same({ 200, "killed" }, { host:get("/do/kill?at=" .. raw.url) })
    assert.is_true(all_closed(1))
  end)

  it("cancels a wait for the same iterator as a killed thread", function()
    raw:play { { times = 9, { stall = true } } }
    local _, body = host:get("/do/shared_list?at=" .. raw.url)
    assert.truthy(body:find("cancelled: GET t: ", 1, true), body)
    assert.truthy(body:find("a coroutine that waited for it was cancelled", 1, true), body)
  end)

  it("takes only a coroutine that nginx has ended for ended", function()
    assert.same({ 200, "false false true" }, { host:get "/do/gone" })
  end)

  it("waits although a finalizer closes another client when the wait begins", function()
    assert.same({ 200, "7" }, { host:get "/do/closes_while_waiting" })
  end)

  it("keeps descriptors and memory constant over many aborts", function()
    local worker = host:workers()[1]
    local function rounds(count)
      for _ = 1, count do
        raw:reset():play { { times = 9, { stall = true } } }
        local connections = {}
        for i = 1, 4 do connections[i] = host:ask("/do/get?at=" .. raw.url) end
        assert.equal(4, #raw:requests(4))
        for i = 1, 4 do connections[i]:close() end
        assert.is_true(all_closed(4))
      end
      host:get "/do/contract"
    end
    rounds(size(10, 20))
    local descriptors, memory = host:descriptors(worker), host:memory(worker)
    rounds(size(20, 100))
    assert.is_true(host:descriptors(worker) <= descriptors, host:descriptors(worker) - descriptors)
    assert.is_true(host:memory(worker) <= memory + 1024, host:memory(worker) - memory)
  end)

  it("loses no request in reloads under load, and old workers exit soon", function()
    local before = host:workers()
    for _ = 1, 3 do
      local asked = {}
      for i = 1, 20 do asked[i] = host:ask "/do/slow_contract" end
      host:reload()
      for i = 21, 40 do asked[i] = host:ask "/do/slow_contract" end
      for i = 1, 40 do assert.equal("7", asked[i]:receive("*a"):match "\r\n\r\n(.*)$") end
    end
    assert.is_true(nginx.wait(function() return #host:workers() == 1 end))
    assert.are_not.equal(before[1], host:workers()[1])
  end)

  it("leaves no socket file and no entry in the error log", function()
    assert.equal("", host:temporary())
    assert.same({}, host:complaints())
  end)

  it("leaves nothing when nginx exits", function()
    local other = nginx.start { server = APP }
    assert.same({ 200, "7" }, { other:get "/do/contract" })
    local worker = other:workers()[1]
    other:quit()
    assert.is_true(nginx.wait(function() return not other.exists(worker) and not other.exists(other.master) end))
    assert.equal("", other:temporary())
    assert.same({}, other:complaints())
    other:stop()
  end)

  it("speaks TLS", function()
    local asked = {}
    for i = 1, 8 do asked[i] = host:ask "/do/tls_contract" end
    for i = 1, 8 do assert.equal("7", asked[i]:receive("*a"):match "\r\n\r\n(.*)$") end
  end)

  it("works if nginx has no timer left for its reader", function()
    local other = nginx.start { http = "lua_max_running_timers 1;", server = APP }
    other:get "/do/occupy_timers"
    assert.same({ 200, "7" }, { other:get "/do/contract" })
    assert.truthy(table.concat(other:complaints()):find("lua_max_running_timers are not enough", 1, true))
    other:stop()
  end)

  it("works without a code cache, with a Lua state for each request", function()
    local other = nginx.start { http = "lua_code_cache off;", server = APP }
    for _ = 1, 5 do assert.same({ 200, "7" }, { other:get "/do/contract" }) end
    local worker = other:workers()[1]
    other:get "/static"
    local descriptors = other:descriptors(worker)
    for _ = 1, 20 do assert.same({ 200, "7" }, { other:get "/do/contract" }) end
    other:get "/static"
    assert.is_true(nginx.wait(function() return other:descriptors(worker) <= descriptors end))
    assert.equal("", other:temporary())
    other:stop()
  end)
end)

-- A callback of OpenSSL can wait only if nginx and OpenSSL support that: see docs/API.md.
describe("loop = nginx in a TLS handshake", function()
  local authority, host, raw

  -- Starts an nginx with a handler, which calls a function of the application
  local function start(handler, call)
    local block = handler .. '_block { require("spec.support.nginx_app").' .. call .. " }"
    local is_global = handler:find "session"
    host = nginx.start {
      http = ([[
        ssl_session_tickets off;
        %s
        server {
          listen 127.0.0.1:@OTHER@ ssl;
          ssl_protocols TLSv1.2;
          ssl_certificate "%s/good.pem";
          ssl_certificate_key "%s/good.key";
          location / { return 200 "secure"; }
          %s
        }
      ]]):format(is_global and block or "", authority.dir, authority.dir, is_global and "" or block),
      server = APP,
    }
  end

  setup(function()
    authority, raw = tlsserver.authority(), rawserver.start()
    authority:good()
  end)
  before_each(function() raw:reset() end)
  after_each(function() host:stop() end)
  teardown(function()
    raw:stop()
    authority:remove()
  end)

  -- Connects by TLS 1.2, with further options of openssl, for at most a second. Returns what it prints
  local function connect(options)
    local path = host.dir .. "/connected"
    os.execute(("(printf 'GET / HTTP/1.0\\r\\n\\r\\n'; sleep 0.2) | timeout 1 openssl s_client -tls1_2 -ign_eof %s "
      .. "-connect 127.0.0.1:%d >'%s' 2>&1"):format(options or "", host.other_port, path))
    local file = assert(io.open(path))
    local text = file:read "*a"
    file:close()
    return text
  end

  local function seen(phase)
    return nginx.wait(function() return cjson.decode((select(2, host:get "/do/seen_as_json")))[phase] end)
  end

  -- The call of the handler was sent and is cancelled with its coroutine, and the client still works
  local function is_cancelled()
    assert.equal(1, #raw:requests(1))
    assert.is_true(nginx.wait(function()
      local connections = raw:connections()
      return #connections == 1 and connections[1].closed_by == "client"
    end))
    assert.same({ 200, "7" }, { host:get "/do/contract" })
  end

  it("waits in ssl_certificate_by_lua", function()
    start("ssl_certificate_by_lua", "try()")
    assert.truthy(connect():find("secure", 1, true))
    assert.equal("7", seen "ssl_cert")
  end)

  it("cancels the call in ssl_client_hello_by_lua if the handshake ends", function()
    start("ssl_client_hello_by_lua", ('try_at "%s"'):format(raw.url))
    raw:play { { { stall = true } } }
    connect()
    is_cancelled()
  end)

  it("cancels the call in ssl_session_fetch_by_lua if the handshake continues", function()
    start("ssl_session_fetch_by_lua", ('try_at "%s"'):format(raw.url))
    raw:play { { { stall = true } } }
    connect("-sess_out " .. host.dir .. "/session")
    connect("-sess_in " .. host.dir .. "/session")
    is_cancelled()
  end)

  it("raises in ssl_session_store_by_lua", function()
    start("ssl_session_store_by_lua", "try()")
    connect()
    local message = seen "ssl_session_store"
    assert.truthy(message:find(NO_WAIT:format "ssl_session_store", 1, true), message)
  end)
end)

it("the gateway in examples/nginx responds", function()
  local sb = sandbox.get()
  local host = nginx.start {
    file = "examples/nginx/nginx.conf",
    replace = {
      { "daemon off", "daemon on" }, { "error_log stderr;", "" }, { "/tmp/harnest-gateway.pid", "@DIR@/nginx.pid" },
      { "/tmp/harnest-gateway", "@DIR@/gateway" }, { "127.0.0.1:8080", "127.0.0.1:@PORT@" },
      { "env HARNEST_URL;", "env HARNEST_URL=" .. sb.url .. ";" },
      { "env HARNEST_TOKEN;", "env HARNEST_TOKEN=" .. sb.token .. ";" },
    },
  }
  local status, body = host:get "/contracts?status=1"
  local list = cjson.decode(body)
  assert.equal(200, status)
  assert.equal(15, #list)
  assert.truthy(list[1].id and list[1].title and list[1].owner)
  assert.equal(15, #cjson.decode((select(2, host:get "/contracts"))))
  for _, wrong in ipairs { "abc", "", "1.5", "-1", "%FF" } do
    local refused, problem = host:get("/contracts?status=" .. wrong)
    assert.equal(400, refused)
    assert.same({ errors = { { status = "400", title = "Bad Request", detail = "status must be a whole number",
      source = { parameter = "status" } } } }, cjson.decode(problem))
  end
  assert.same({}, host:complaints())
  host:stop()
end)

it("the URL and token that nginx.conf does not pass are said to be missing there", function()
  local host = nginx.start {
    env = { HARNEST_URL = "", HARNEST_TOKEN = "" },
    server = [[
      location = /url {
        content_by_lua_block { ngx.print(select(2, pcall(require("harnest").new, { loop = "nginx" }))) }
      }
      location = /token {
        content_by_lua_block {
          local api = require("harnest").new { url = "http://127.0.0.1:1", dialect = "harnest", loop = "nginx" }
          ngx.print(select(2, api:get("contracts", 1)).message)
        }
      }
    ]],
  }
  local _, url = host:get "/url"
  assert.truthy(url:find('got neither; nginx passes the variable only if nginx.conf has the line "env HARNEST_URL;" '
    .. 'or "env HARNEST_COMPANY;"', 1, true), url)
  local _, token = host:get "/token"
  assert.equal("refused: GET contracts/1: no token: set the option token or authorization, or HARNEST_TOKEN in the "
    .. 'environment and the line "env HARNEST_TOKEN;" in nginx.conf', token)
  host:stop()
end)

it("the loop nginx is only for code in nginx", function()
  local harnest = require "harnest"
  local fine, message = pcall(harnest.new, { url = "http://127.0.0.1:1", loop = "nginx" })
  assert.is_false(fine)
  assert.truthy(message:find('option loop: "nginx" works only in code that runs in nginx', 1, true), message)
end)

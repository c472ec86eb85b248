-- The same assertions in every loop: blocking, manual, cqueues, luv, copas, libevent and a table.
-- nginx_spec.lua runs them in nginx.

local child = require "spec.support.child"
local clients = require "spec.support.clients"
local harnest = require "harnest"
local loops = require "spec.support.loops"
local usage_error = require "spec.support.usage_error"
local sandbox = require "spec.support.sandbox"
local socket = require "socket"

local unpack = table.unpack or unpack -- luacheck: ignore

-- In PUC Lua 5.1 a coroutine cannot yield within a `for`; it uses `each` and `next`.
local yields_in_for = _VERSION ~= "Lua 5.1" or jit ~= nil

for _, loop in ipairs(loops) do
  describe("loop " .. loop.name, function()
    local sb = sandbox.get()
    local group = clients(function()
      return { url = sb.url, token = sb.token, dialect = "harnest", loop = loop.option }
    end)
    group:hook(setup, before_each, after_each, teardown)
    local raw, api = group.raw, nil

    local function client(options)
      api = group:open(options)
      return api
    end

    local function run(fn)
      loop.run(fn, api)
    end

    -- The number of connections of the requests to the sandbox: one if the requests were sequential
    local function connections()
      local count, known = 0, {}
      for _, request in ipairs(sb:requests()) do
        count = count + (known[request.connection] and 0 or 1)
        known[request.connection] = true
      end
      return count
    end

    it("gets, counts and returns errors", function()
      client()
      local contract, count, found, err
      run(function()
        contract = api:get("contracts", 7)
        count = api:count "contracts"
        found = api:describe "contracts"
        err = select(2, api:types())
      end)
      assert.equal(15, found.count)
      assert.equal("not_found", err.kind)
      run(function() err = select(2, api:get("contracts", "none")) end)
      assert.equal("7", contract.id)
      assert.equal(2000, count)
      assert.equal("not_found", err.kind)
    end)

    it("lists every resource once, in order", function()
      client()
      local expected, pages = 1, 0
      run(function()
        api:list("contracts", { page = { size = 100 } }):each(function(contract)
          assert(contract.id == tostring(expected), contract.id)
          expected = expected + 1
        end)
        local iterator = api:pages("contracts", { page = { size = 500 } })
        while iterator:next() do pages = pages + 1 end
      end)
      assert.equal(2001, expected)
      assert.equal(4, pages)
    end)

    it("yields rows, of included resources too", function()
      client()
      local expected, names, count, err = 1, 0, 0, nil
      run(function()
        api:rows("contracts", { "id", "owner.name", "note" }, { page = { size = 100 } }):each(function(id, name)
          assert(id == tostring(expected), id)
          expected = expected + 1
          names = names + (type(name) == "string" and 1 or 0)
        end)
        local iterator = api:rows("contracts", { "archived" }, { page = { size = 500 } })
        while iterator:next() ~= nil do count = count + 1 end
        err = select(2, api:rows("contracts", { "titel" }):next())
      end)
      assert.equal(2001, expected)
      assert.equal(2000, names)
      assert.equal(2000, count)
      assert.equal("refused", err.kind)
    end)

    if yields_in_for then
      it("yields rows in a for loop, and raises", function()
        client()
        local last, fine, err
        run(function()
          for id, title in api:rows("contracts", { "id", "title" }, { limit = 40 }) do
            assert(type(title) == "string")
            last = id
          end
          fine, err = pcall(function()
            for _ in api:rows("nothing", { "id" }) do error "not reached" end
          end)
        end)
        assert.equal("40", last)
        assert.is_false(fine)
        assert.equal("not_found", err.kind)
      end)

      it("lists in a for loop, and stops when it is left", function()
        client()
        local first
        run(function()
          for contract in api:list("contracts", { limit = 40 }) do
            first = first or contract.id
            if contract.id == "3" then break end
          end
          assert(api:get("contracts", 1))
        end)
        assert.equal("1", first)
      end)

      it("raises in a for loop", function()
        client()
        local fine, err
        run(function()
          fine, err = pcall(function()
            for _ in api:list "nothing" do error "not reached" end
          end)
        end)
        assert.is_false(fine)
        assert.equal("not_found", err.kind)
      end)
    end

    it("lists pages concurrently", function()
      client { url = sb:shape "links", dialect = "jsonapi" }
      local expected = 1
      run(function()
        api:list("contracts", { page = { size = 100 }, concurrency = 6 }):each(function(contract)
          assert(contract.id == tostring(expected), contract.id)
          expected = expected + 1
        end)
      end)
      assert.equal(2001, expected)
    end)

    it("creates, updates, deletes, and waits for jobs", function()
      client { url = sb:copy("answer/accepted", "job/0.05", "retry-after/0") }
      local created, updated, deleted
      run(function()
        created = assert(api:wait(api:create("contracts", { attributes = { title = "made" } })))
        updated = assert(api:wait(api:update(created, { attributes = { title = "changed" } })))
        deleted = api:wait(api:delete(updated))
      end)
      assert.equal("made", created.attributes.title)
      assert.equal("changed", updated.attributes.title)
      assert.is_true(deleted)
    end)

    it("applies timeouts and deadlines", function()
      client { url = raw.url, timeout = 0.1, retries = 0 }
      raw:play { { { stall = true } } }
      local err
      run(function() err = select(2, api:get("t", 1)) end)
      assert.equal("timeout", err.kind)
      client { url = raw.url, deadline = 5, retries = 9 }
      raw:play { { times = 9, raw.response(503, { ["Retry-After"] = "30" }) } }
      run(function() err = select(2, api:get("t", 1)) end)
      assert.equal("unavailable", err.kind) -- at once, since the next attempt would be too late
      assert.equal(1, err.attempts)
    end)

    it("counts the wait for a connection towards the deadline", function()
      client { url = raw.url, deadline = 0.2, retries = 0, max_connections = 1 }
      raw:play { { times = 24, { stall = true } } }
      local functions = {}
      for i = 1, 24 do
        functions[i] = function() return api:get("t", 1) end
      end
      local results, started = nil, socket.gettime()
      run(function() results = api:parallel(unpack(functions)) end)
      assert.is_true(socket.gettime() - started < 3)
      for i = 1, 24 do assert.equal("timeout", results[i][2].kind) end
    end)

    it("counts the wait for a slot of the rate limiter towards the deadline", function()
      -- the next slot comes long after the deadlines, also if the calls begin one after the other
      client { url = raw.url, deadline = 0.2, retries = 0, rate = { requests = 1, per = 1 } }
      raw:play { { times = 9, { stall = true } } }
      local functions = {}
      for i = 1, 9 do
        functions[i] = function() return api:get("t", i) end
      end
      local results, started = nil, socket.gettime()
      run(function() results = api:parallel(unpack(functions)) end)
      assert.is_true(socket.gettime() - started < 3)
      for i = 1, 9 do assert.equal("timeout", results[i][2].kind) end
      assert.equal(1, #raw:requests())
    end)

    it("counts the wait for the token towards the deadline", function()
      raw:play { { { stall = true } } }
      local other
      client { url = raw.url, deadline = 0.2, retries = 0, token = function()
        other:get("token", 1)
        return "late"
      end }
      other = group:add { url = raw.url, timeout = 0.5, retries = 0 }
      local err
      run(function() err = select(2, api:get("t", 1)) end)
      assert.equal("timeout", err.kind)
      assert.equal(0, err.attempts)
      assert.equal(1, #raw:requests())
    end)

    it("retries after a wait", function()
      client { url = raw.url, max_retry_wait = 0.05, retries = 2 }
      raw:play { { { close = true } }, { raw.response(503) }, { raw.response(200, {}, '{"data":null}') } }
      local err
      run(function() err = select(2, api:get("t", 1)) end)
      assert.is_nil(err)
      assert.equal(2, api:stats().retries)
    end)

    it("calls token functions and trace functions", function()
      local asked, events = 0, {}
      client {
        token = function()
          asked = asked + 1
          return asked == 1 and sb.token_expired or sb.token
        end,
        trace = function(event) events[#events + 1] = event.event .. (event.status or "") end,
      }
      local contract
      run(function() contract = api:get("contracts", 7) end)
      assert.equal("7", contract.id)
      assert.equal(2, asked)
      assert.same({ "request", "response401", "request", "response200" }, events)
    end)

    it("runs functions concurrently", function()
      client { url = sb:at "delay/0.1" }
      local results
      sb:mark()
      run(function()
        results = api:parallel(function() return api:get("contracts", 1) end,
          function() return api:get("contracts", "none") end,
          function() error { "mine" } end,
          function() return api:count("contracts", { filter = { id = 5 } }) end,
          function() return assert(api:first("people")).id, "and more" end)
      end)
      assert.equal("1", results[1][1].id)
      assert.is_nil(results[2][1])
      assert.equal("not_found", results[2][2].kind)
      assert.is_nil(results[3][1])
      assert.equal("mine", results[3][2][1])
      assert.equal(1, results[4][1])
      assert.equal("1", results[5][1])
      assert.equal("and more", results[5][2])
      assert.equal(5, #results)
      assert.is_true(connections() > 1)
    end)

    it("gets many by id, in order", function()
      client { url = sb:at "delay/0.05" }
      local found = {}
      sb:mark()
      run(function()
        local iterator = api:get_many("contracts", { 5, "3", "none", 1, 8, 9, 10 })
        while true do
          local id, resource, err = iterator()
          if id == nil then break end
          found[#found + 1] = { id, resource and resource.id, err and err.kind }
        end
      end)
      assert.same({ { 5, "5" }, { "3", "3" }, { "none", nil, "not_found" }, { 1, "1" }, { 8, "8" }, { 9, "9" },
        { 10, "10" } }, found)
      assert.is_true(connections() > 1)
    end)

    it("cancels pending calls when it is closed", function()
      client { url = raw.url, retries = 0 }
      raw:play { { match = "GET /quick/1", raw.response(200, {}, '{"data":null}') }, { times = 9, { stall = true } } }
      local results
      run(function()
        results = api:parallel(function() return api:get("t", 1) end, function() return api:all "t" end, function()
          api:get("quick", 1)
          api:close()
        end)
      end)
      assert.equal("cancelled", results[1][2].kind)
      assert.equal("cancelled", results[2][2].kind)
    end)

    it("continues with another client when one is closed", function()
      local other = client { url = sb:at "delay/0.1" }
      api = group:add { url = raw.url }
      raw:play { { match = "GET /quick/1", raw.response(200, {}, '{"data":null}') }, { times = 9, { stall = true } } }
      local results
      loop.run(function()
        results = other:parallel(function() return other:get("contracts", 1) end,
          function() return api:get("t", 1) end, function()
            api:get("quick", 1)
            api:close()
          end)
      end, other)
      assert.equal("1", results[1][1].id)
      assert.equal("cancelled", results[2][2].kind)
    end)

    if loop.option then
      -- PUC Lua 5.1 cannot detect it; nginx logs an error
      if yields_in_for and loop.name ~= "nginx" then
        it("raises if the caller cannot yield, and leaves nothing pending", function()
          client()
          local fine, message, contract, pending
          run(function()
            fine, message = pcall(string.gsub, "x", "x", function() return api:get("contracts", 7).id end)
            pending = api:step()
            contract = api:get("contracts", 8)
          end)
          assert.is_false(fine)
          assert.truthy(message:find("C code calls cannot yield", 1, true), message)
          assert.equal(0, pending)
          assert.equal("8", contract.id)
        end)
      end

      it("raises outside of a coroutine of the loop", function()
        client()
        local outside = loop.outside or function(fn) return fn() end
        local fine, message = outside(function() return pcall(api.get, api, "contracts", 1) end)
        assert.is_false(fine)
        assert.truthy(message:find("cannot wait (loop ", 1, true), message)
        assert.truthy(message:find("call it in a coroutine", 1, true), message)
        assert.equal(0, api:stats().requests)
      end)
    end

    if loop.sleep then
      it("runs other coroutines while one waits", function()
        client { url = sb:at "delay/0.2" }
        local ticks, over = 0, false
        run(function()
          loop.spawn(function()
            while not over do
              loop.sleep(0.005)
              ticks = ticks + 1
            end
          end)
          assert(#assert(api:all("contracts", { limit = 30, page = { size = 15 } })) == 30)
          over = true
        end)
        assert.is_true(ticks > 8, ticks) -- without concurrency two requests give two or three
      end)

      it("processes requests while the script does something else", function()
        client { url = sb:at "delay/0.1" }
        local answered
        sb:mark()
        run(function()
          local list = api:list("contracts", { page = { size = 15 } })
          assert(list:next())
          local till = socket.gettime() + 5
          repeat -- the next page is received meanwhile
            loop.sleep(0.01)
            answered = #sb:requests "contracts"
          until answered > 1 or socket.gettime() > till
          for _ = 1, 15 do assert(list:next()) end
          list:close()
        end)
        assert.is_true(answered > 1)
      end)
    end

    it("serves many coroutines at once", function()
      client()
      local functions, results = {}, nil
      for i = 1, 40 do
        functions[i] = function() return assert(api:get("contracts", i)).id end
      end
      run(function() results = api:parallel(unpack(functions)) end)
      for i = 1, 40 do assert.equal(tostring(i), results[i][1]) end
    end)
  end)
end

describe("loop", function()
  it("is a name or a table", function()
    local cases = {
      { 'option loop: expected "copas", "cqueues", "luv", "manual", "nginx" or a table, got "lvu"', "lvu" },
      { 'option loop: expected "copas", "cqueues", "luv", "manual", "nginx" or a table, got 5', 5 },
      { "option loop.watch: expected a function, got nil", {} },
      { "option loop.unwatch: expected a function, got nil", { watch = print } },
      { "option loop.sleep: expected a function, got 1", { watch = print, unwatch = print, sleep = 1 } },
      { "option loop.name: expected a string, got 1", { watch = print, unwatch = print, name = 1 } },
      { "option loop.is_gone: expected a function or nil, got boolean",
        { watch = print, unwatch = print, is_gone = true } },
      { "option loop.join: expected a function or nil, got 1", { watch = print, unwatch = print, join = 1 } },
    }
    for _, case in ipairs(cases) do
      assert.equal(case[1],
        usage_error(harnest.new, { url = "http://127.0.0.1:1", loop = case[2] }))
    end
  end)

  it("offers step and spawn only in the loop manual", function()
    local api = harnest.new { url = "http://127.0.0.1:1" }
    assert.equal('spawn: expected a client with loop = "manual"',
      usage_error(api.spawn, api, print))
    assert.equal(0, api:step())
    assert.equal("step: seconds: expected a number of seconds, 0 or more, got string",
      usage_error(api.step, api, "x"))
    assert.equal("step: budget: expected a number of seconds, 0 or more, got -1",
      usage_error(api.step, api, 0, -1))
    api:close()
    api = harnest.new { url = "http://127.0.0.1:1", loop = "manual" }
    assert.equal("spawn: expected a function, got nil", usage_error(api.spawn, api))
    assert.equal("parallel: argument 2: expected a function, got 5",
      usage_error(api.parallel, api, print, 5))
    api:close()
  end)

  it("manual: step keeps to its budget and raises a coroutine's error", function()
    local sb = sandbox.get()
    local api = harnest.new { url = sb.url, token = sb.token, dialect = "harnest", loop = "manual" }
    local count, over, longest, steps = 0, false, 0, 0
    api:spawn(function()
      api:list("bulk", { page = { size = 500 }, limit = 5000 }):each(function() count = count + 1 end)
      over = true
    end)
    while not over do
      local started = socket.gettime()
      api:step(0.01, 0.001)
      steps, longest = steps + 1, math.max(longest, socket.gettime() - started)
    end
    assert.equal(5000, count)
    assert.is_true(steps > 10, steps)
    api:spawn(function() error("mine", 0) end)
    api:step()
    assert.matches("^mine\nstack traceback", select(2, pcall(api.step, api)))
    api:close()
  end)

  it("manual: step resumes one coroutine even without time left", function()
    local api = harnest.new { url = "http://127.0.0.1:1", loop = "manual" }
    local order = {}
    for i = 1, 3 do
      api:spawn(function() order[#order + 1] = i end)
    end
    api:step(0, 0)
    assert.same({ 1 }, order)
    api:step(0, 0)
    assert.same({ 1, 2 }, order)
    api:close()
  end)

  it("names the Lua module that a loop requires and that cannot be loaded #process", function()
    local printed = child.run [[
      local harnest = require "harnest"
      for _, name in ipairs { "luv", "copas", "cqueues" } do
        package.loaded[name] = nil
        package.preload[name] = function() error("no " .. name, 0) end
        print(select(2, pcall(harnest.new, { url = "http://127.0.0.1:1", loop = name })))
      end
    ]]
    for _, name in ipairs { "luv", "copas", "cqueues" } do
      assert.matches(('option loop: "%s" requires the Lua module %s, which cannot be loaded (no %s')
        :format(name, name, name), printed, 1, true)
    end
  end)

  it("luv: a script may end without another turn of the loop #process", function()
    local script = [[
      local harnest, uv = require "harnest", require "luv"
      local api = harnest.new { url = "%s", token = "%s", loop = "luv" }
      local list = api:list "contracts"
      local co = coroutine.create(function() assert(list:next()) end)
      assert(coroutine.resume(co))
      while coroutine.status(co) ~= "dead" do uv.run "once" end
      api:close() -- with the next page under way]]
    local sb = sandbox.get()
    local status = os.execute(("%s -e '%s'"):format(os.getenv "LUA" or "lua5.4", script:format(sb.url, sb.token)))
    assert.is_true(status == true or status == 0)
  end)

  it("luv: a script may reuse the descriptor of a freed engine #process", function()
    local sb = sandbox.get()
    assert.equal("one two\n", child.run([[
      local url, token = ...
      local harnest, uv = require "harnest", require "luv"
      local function ask()
        local api = harnest.new { url = url, token = token, dialect = "harnest", loop = "luv" }
        local co = coroutine.create(function() assert(api:get("contracts", 1)) end)
        assert(coroutine.resume(co))
        while coroutine.status(co) ~= "dead" do uv.run "once" end
        return api, api:pollfd()
      end
      local first, number = ask()
      first:close()
      local taken
      repeat taken = assert(uv.fs_open("/dev/null", "r", 0)) until taken == number
      uv.fs_close(taken) -- the lowest free descriptor, which is used next
      local ends, pipe, received = uv.pipe({ nonblock = true }, { nonblock = true }), uv.new_pipe(false), ""
      assert(ends.read == number)
      pipe:open(ends.read)
      pipe:read_start(function(_, text) received = received .. text end)
      local function say(text)
        local expected, waited = received .. text, 0
        uv.fs_write(ends.write, text, -1)
        while received ~= expected and waited < 100 do
          uv.run "nowait"
          uv.sleep(10)
          waited = waited + 1
        end
      end
      say "one"
      local second, other = ask()
      assert(other ~= number)
      say " two"
      print(received)
      second:close()
      pipe:close()
      uv.run "nowait"
      for _ = 1, 3 do -- and watches a reused one again
        local again = ask()
        again:close()
      end]], sb.url, sb.token))
  end)

  -- PUC Lua 5.1 and LuaJIT have no ephemeron tables
  it("leaves no memory of loops that are no longer used", function()
    local sb = sandbox.get()
    local api = harnest.new { url = sb.url, token = sb.token, dialect = "harnest" }
    local function ask() return api:get("contracts", 1) end
    local uses = {
      parallel = function() assert.equal("1", api:parallel(ask)[1][1].id) end,
      ["a client closed"] = function()
        local other, over = harnest.new { url = sb.url, token = sb.token, dialect = "harnest", loop = "manual" }, false
        other:spawn(function() over = other:get("contracts", 1) end)
        while not over do other:step(1) end
        other:close()
      end,
      ["a client with a waiting call"] = function()
        local other = harnest.new { url = sb.url, token = sb.token, dialect = "harnest", loop = "manual" }
        other:spawn(function() other:get("contracts", 1) end)
        other:step(0)
      end,
    }
    local function used(use, count)
      for _ = 1, count do use() end
      for _ = 1, 4 do collectgarbage() end
      return collectgarbage "count"
    end
    for name, use in pairs(uses) do
      local before = used(use, 20)
      local more = used(use, 100) - before
      assert(more < 50, ("%s: %.0f kB"):format(name, more))
    end
    api:close()
  end)

  it("manual: step resumes coroutines that yielded, and counts those that can continue", function()
    local api = harnest.new { url = sandbox.get().url, token = sandbox.get().token, loop = "manual" }
    local at, steps = {}, 0
    for i = 1, 3 do
      api:spawn(function()
        at[i] = "begun"
        coroutine.yield()
        at[i] = assert(api:get("contracts", i)).id
        coroutine.yield()
        at[i] = "ended " .. at[i]
      end)
    end
    assert.equal(3, api:step(0, 1e-9)) -- one continues, the others wait for the next step
    assert.same({ "begun" }, at)
    while api:step(1, 1e-9) > 0 do
      steps = steps + 1
      assert(steps < 1000)
    end
    assert.same({ "ended 1", "ended 2", "ended 3" }, at)
    api:close()
  end)

  it("blocking: parallel runs functions that do not wait", function()
    local api = harnest.new { url = "http://127.0.0.1:1" }
    local results = api:parallel(function() return 1 end, function() return nil, "no" end)
    assert.same({ { 1 }, { nil, "no" } }, results)
    assert.same({}, api:parallel())
    assert.same({ { nil, "parallel: the function yielded outside of this client's calls" }, { 2 } },
      api:parallel(function() coroutine.yield() end, function() return 2 end))
    api:close()
  end)
end)

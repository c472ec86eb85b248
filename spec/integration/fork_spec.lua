-- Calls that are pending when a process forks, in the child and in the parent. In child processes.

local child = require "spec.support.child"
local rawserver = require "spec.support.rawserver"

local BEGINNING = [[
  local core, call, harnest = require "harnest.core", require "harnest.call", require "harnest"
  local process, url = require "posix_process", ...
  local function client(loop, rate)
    return harnest.new { url = url, token = false, dialect = "jsonapi", max_connections = 1, loop = loop, rate = rate }
  end
  -- Runs a function to its end in a child
  local function behind_fork(fn)
    if process.fork() > 0 then return print("status", process.wait()) end
    fn()
    process.leave()
  end
]]

local ONE = rawserver.response(200, {}, '{"data":{"type":"t","id":"1"}}')

describe("after a fork #process", function()
  local raw

  setup(function() raw = rawserver.start() end)
  before_each(function() raw:reset() end)
  teardown(function() raw:stop() end)

  it("each client has all its connections free", function()
    raw:play { { match = "GET /stall", { stall = true } }, { times = 9, ONE } }
    assert.equal("other\t1\nthis\t1\nstatus\t0\n", child.run(BEGINNING .. [[
      local other, this = client(), client()
      call.begin(this, {}, call.query(), "get: type", "stall")
      for _ = 1, 5 do core.step(this, 0.02) end
      behind_fork(function()
        print("other", other:get("t", 1).id)
        print("this", this:get("t", 1).id)
      end)
    ]], raw.url))
  end)

  for _, loop in ipairs { "nil", '"manual"' } do
    it("pending reads are retried and pending writes fail in the child; the parent's continue: "
      .. "loop " .. loop, function()
      raw:play { { times = 9, { sleep = 0.3 }, ONE } }
      local reported = [[
read 1
write nil cancelled: POST t: the process forked, and the parent process continues this request; it may have been done
queued nil cancelled: POST u: the process forked, and the parent process continues this request; it may have been done
]]
      assert.equal(reported .. "status\t0\nread 1\nwrite 1\nqueued 1\n", child.run(BEGINNING .. ([[
        local api = client(LOOP)
        local results, left = {}, 3
        local function go(at, fn)
          return function()
            local result, err = fn()
            results[at] = result and result.id or "nil " .. err.message
            left = left - 1
          end
        end
        local tasks = {
          go(1, function() return api:get("t", 1) end),
          go(2, function() return api:create("t", {}) end),
          go(3, function() return api:create("u", {}) end),
        }
        local function tell()
          for at, name in ipairs { "read", "write", "queued" } do print(name .. " " .. results[at]) end
        end
        if LOOP then
          for _, task in ipairs(tasks) do api:spawn(task) end
          for _ = 1, 5 do api:step(0.01) end
          behind_fork(function()
            while left > 0 do api:step(0.01) end
            tell()
          end)
          while left > 0 do api:step(0.01) end
        else
          local forked
          tasks[4] = function()
            for _ = 1, 5 do core.step(api, 0.01) end
            forked = process.fork()
            if forked > 0 then print("status\t" .. process.wait()) end
          end
          api:parallel((table.unpack or unpack)(tasks))
          if forked == 0 then
            tell()
            process.leave()
          end
        end
        tell()
      ]]):gsub("LOOP", loop), raw.url))
    end)
  end

  it("deadlines apply to calls that wait for the rate limiter", function()
    raw:play { { times = 9, { stall = true } } }
    assert.equal("child\ttimeout\nstatus\t0\ntimeout\n", child.run(BEGINNING .. [[
      local api = client(nil, { requests = 1, per = 0.01 })
      local calls = { call.begin(api, {}, call.query(), "get: type", "t"),
        call.begin(api, { deadline = 1 }, call.query(), "get: type", "u"),
        call.begin(api, { deadline = 1 }, call.query(), "get: type", "v") }
      core.step(api, 0)
      behind_fork(function() print("child", select(2, call.finish(api, calls[3])).kind) end)
      print(select(2, call.finish(api, calls[3])).kind)
    ]], raw.url))
  end)

  it("a write that was not sent has an unknown outcome in the child only", function()
    raw:play { { times = 9, { stall = true } } }
    local closed = "cancelled: POST %s: the client was closed%s\n"
    local unknown = "; it may have been done"
    assert.equal(closed:format("t", unknown) .. closed:format("u", unknown) .. "status\t0\n"
      .. closed:format("t", unknown) .. closed:format("u", ""), child.run(BEGINNING .. [[
        local api = client()
        local function write(path) return core.call(api, { method = "POST", url = url .. "/" .. path, body = "{}" }) end
        local sent, queued = write "t", write "u" -- max_connections is 1
        for _ = 1, 5 do core.step(api, 0.02) end
        local function close()
          api:close()
          for _, call in ipairs { sent, queued } do print(select(2, core.call_result(call)).message) end
        end
        behind_fork(close)
        close()
      ]], raw.url))
  end)

  for _, loop in ipairs { "nil", '"manual"' } do
    it("deadlines apply to calls that wait for the token: loop " .. loop, function()
      assert.equal("child\ttimeout\nstatus\t0\ntimeout\n", child.run(BEGINNING .. ([[
        local api = harnest.new { url = url, token = function() return "x" end, dialect = "jsonapi", loop = LOOP }
        local waiting = core.call(api, { url = url .. "/t", deadline = 0.3 })
        -- the engine's thread starts; AddressSanitizer's allocator may stay locked in a fork before that
        core.step(api, 0.05)
        local function kind()
          while not core.call_done(waiting) do core.step(api, 5) end
          return select(2, core.call_result(waiting)).kind
        end
        behind_fork(function() print("child", kind()) end)
        print(kind())
      ]]):gsub("LOOP", loop), raw.url))
    end)

    it("a client may be closed while calls wait for the token or the rate limiter: loop " .. loop, function()
      raw:play { { times = 9, { stall = true } } }
      assert.equal("child\tcancelled\tcancelled\nstatus\t0\nparent\ttimeout\ttimeout\n",
        child.run(BEGINNING .. ([[
          local api = client(LOOP, { requests = 1, per = 0.01 })
          local other = harnest.new { url = url, token = function() return "x" end, dialect = "jsonapi", loop = LOOP }
          core.call(api, { url = url .. "/t" })
          local calls = { core.call(api, { url = url .. "/u", deadline = 0.5 }),
            core.call(other, { url = url .. "/v", deadline = 0.5 }) }
          local function kinds()
            for i = 1, 2 do
              while not core.call_done(calls[i]) do core.step(other, 5) end
              calls[i] = select(2, core.call_result(calls[i])).kind
            end
            return calls[1], calls[2]
          end
          behind_fork(function()
            api:close()
            other:close()
            print("child", kinds())
          end)
          print("parent", kinds())
        ]]):gsub("LOOP", loop), raw.url))
    end)
  end

  it("many requests of the parent continue, and the child has as many of its own", function()
    raw:play { { times = 200, { sleep = 0.3 }, ONE } }
    assert.equal("40 of 40\t40 of 40\nstatus\t0\n40 of 40\n", child.run(BEGINNING .. [[
      local function many()
        return harnest.new { url = url, token = false, dialect = "jsonapi", loop = "manual", max_connections = 40 }
      end
      local api, came = many(), 0
      local function ask(api, done)
        for i = 1, 40 do api:spawn(function() if api:get("t", i) then done() end end) end
      end
      local function finish(api) while api:step(0.1) > 0 do end end
      ask(api, function() came = came + 1 end)
      for _ = 1, 5 do api:step(0.02) end
      behind_fork(function()
        local other, count = many(), 0
        ask(other, function() count = count + 1 end)
        finish(other)
        finish(api)
        io.write(count, " of 40\t", came, " of 40\n")
      end)
      finish(api)
      print(came .. " of 40")
    ]], raw.url))
  end)

  it("UUIDs of the child and the parent differ", function()
    local lines = child.run(BEGINNING .. [[
      harnest.uuid()
      behind_fork(function() print(harnest.uuid()) end)
      print(harnest.uuid())
    ]], raw.url)
    local of_child, of_parent = lines:match "^(%S+)\nstatus\t0\n(%S+)\n$"
    assert.equal(36, #of_child)
    assert.not_equal(of_child, of_parent)
  end)

  it("a list continues where it was", function()
    local first, last = '{"data":[{"type":"t","id":"1"}],"links":{"next":"/u"}}', '{"data":[{"type":"t","id":"2"}]}'
    raw:play { { match = "GET /t", rawserver.response(200, {}, first) },
      { match = "GET /u", times = 9, { sleep = 0.1 }, rawserver.response(200, {}, last) } }
    assert.equal("1\nchild\t2\nchild\tnil\nstatus\t0\n2\nnil\n", child.run(BEGINNING .. [[
      local it = client():list "t"
      print((it:next().id))
      behind_fork(function()
        print("child", it:next().id)
        print("child", (it:next()))
      end)
      print((it:next().id))
      print((it:next()))
    ]], raw.url))
  end)
end)

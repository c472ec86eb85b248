-- The matrix of faults: what goes wrong, what the caller gets, how often it was sent, how long that took. Each file of
-- spec/fault is a section of docs/FAULTS.md, which is made from what ran (`make faults`), and must say just that.
--
--   local faults = fault.section "Connections"
--   local script = { { reset = true } }
--   faults:specs({ { "a reset", kind = "network", again = true, carried = true, script = script } }, it)
--
-- A row is tried by each of four requests: get (api:get), list (api:all), create (a POST), delete (a DELETE). It has
--   kind      the error's kind, or "answered" where nothing is wrong in the end
--   again     whether another attempt is made, where that cannot do anything twice
--   carried   whether the server may have done what was asked; a POST is never sent again then, and the error says so
--   says      what the message has in it
--   script    what the raw server does with every request (see rawserver.lua), or a function that makes it from the
--             answer's body and the whole plain answer; with `match = "connect"`, with every connection
--   scripts   an array of them, each played once, in place of `script`
--   url       of another server, or a function that gives it; with `start`, a function that gives what `stop`s it
--   options   more options of the client, or a function that gives them
--   time      what each attempt takes: "timeout", "connect_timeout" or "deadline", or the seconds of them all together;
--             at once if nil
--   requests  those that are tried, if not all
--   after     a function, called at the end with the raw server, the client and the error
--   get, list, create, delete   what is otherwise with that one request: kind, attempts, says, carried, time

local assert = require "luassert"
local harnest = require "harnest"
local lines_of = require "spec.support.fault_lines"
local rawserver = require "spec.support.rawserver"
local socket = require "socket"

local fault = {}

local methods = {}
local class = { __index = methods }

-- Memory checkers are slow
local SLOWNESS = os.getenv "RUNNER" and os.getenv "RUNNER" ~= "" and 15 or 1
local AT_ONCE, ALLOWANCE = 2, 1
local limits = { timeout = true, connect_timeout = true, deadline = true }

-- What takes long is about what is all in C, and so tried on one Lua only; what takes seconds not under a checker.
fault.main = _VERSION == "Lua 5.4"
fault.complete = SLOWNESS == 1 and fault.main

local ONE = '{"type":"contracts","id":"1"}'
local bodies = {
  get = '{"data":' .. ONE .. "}", list = '{"data":[' .. ONE .. '],"links":{"next":null}}',
  create = '{"data":' .. ONE .. "}", delete = '{"meta":{"a":1}}',
}

local calls = {
  get = function(api) return api:get("contracts", 1) end,
  list = function(api) return api:all "contracts" end,
  create = function(api) return api:create("contracts", { attributes = { title = "Lease" } }) end,
  delete = function(api) return api:delete("contracts", 1) end,
}

local order = { "get", "list", "create", "delete" }

-- A section of the matrix, with a raw server from start() to stop()
function fault.section(title)
  return setmetatable({ title = title, ran = {}, declared = 0 }, class)
end

function methods:start()
  self.raw = rawserver.start()
end

function methods:stop()
  if self.server then self.server:stop() end
  self.raw:stop()
end

-- The row's own server, which is there till another row's is wanted
local function server_of(self, row)
  if self.server_row ~= row then
    if self.server then self.server:stop() end
    self.server, self.server_row = row.start and row.start(self), row
  end
  return self.server
end

local function value_of(given, ...)
  if type(given) == "function" then return given(...) end
  return given
end

local function play(self, row, request)
  self.raw:reset()
  local body = bodies[request]
  local whole = rawserver.response(200, {}, body)
  for _, script in ipairs(row.scripts or { row.script }) do
    local made = {}
    for name, part in pairs(value_of(script, body, whole)) do made[name] = part end
    made.times = row.script and math.huge or 1
    if row.match then made.match = row.match end
    self.raw:play { made }
  end
end

-- What must come of a row with this request
local function expectation(row, request)
  local writes = request == "create" or request == "delete"
  local own = row[request] or {}
  local function field(name)
    if own[name] ~= nil then return own[name] end
    return row[name]
  end
  local carried = writes and field "carried" or false
  local again = row.again and not (request == "create" and carried)
  return {
    kind = field "kind", says = field "says", time = field "time", in_doubt = carried and field "kind" ~= "answered",
    attempts = own.attempts or row.attempts or again and 2 or 1,
  }
end

local function check_error(expected, result, err)
  assert.is_nil(result)
  assert.equal(expected.kind, err.kind, err.message)
  assert.truthy(err.message:find(expected.says or "", 1, true), err.message)
  assert.equal(expected.in_doubt, err.message:find("may have", 1, true) ~= nil, err.message)
  assert.equal(expected.attempts, err.attempts, err.message)
  assert.is_nil(err.message:find("a-token-to-send", 1, true))
end

local function check_seconds(expected, options, seconds)
  local time = expected.time
  local least = type(time) == "number" and time or time and options[time] * expected.attempts or 0
  local most = time and least + ALLOWANCE or AT_ONCE
  assert.truthy(seconds >= least * 0.9, ("%.3f s, too early"):format(seconds))
  assert.truthy(seconds <= most * SLOWNESS, ("%.3f s, too late"):format(seconds))
end

local function time_label(expected)
  local time = expected.time
  if type(time) == "number" then return ("about %g s"):format(time) end
  if not time then return ("< %d s"):format(AT_ONCE) end
  return expected.attempts == 1 and time or ("%d × %s"):format(expected.attempts, time)
end

local function try(self, row, request)
  if row.script or row.scripts then play(self, row, request) else self.raw:reset() end
  local options = { url = self.raw.url .. "/api", token = "a-token-to-send", dialect = "jsonapi", retries = 1,
    max_retry_wait = 0.01, timeout = 10, connect_timeout = 10 }
  local server = server_of(self, row)
  options.url = value_of(row.url, self, server) or server and server.url or options.url
  for name, option in pairs(value_of(row.options, self) or {}) do
    options[name] = limits[name] and SLOWNESS > 1 and option * 4 or option
  end
  local api = harnest.new(options)
  local expected = expectation(row, request)
  local started = socket.gettime()
  local result, err = calls[request](api)
  local seconds = socket.gettime() - started
  if expected.kind == "answered" then
    assert.truthy(result, tostring(err))
    assert.equal(expected.attempts, api:stats().requests)
  else
    check_error(expected, result, err)
  end
  check_seconds(expected, options, seconds)
  if expected.in_doubt and request == "create" then assert.truthy(#self.raw:requests() <= 1, "a POST came twice") end
  if row.after then row.after(self.raw, api, err) end
  api:close()
  self:record(row[1], request, expected.attempts, expected.kind .. (expected.in_doubt and ", in doubt" or ""),
    expected.says, time_label(expected), seconds)
end

-- Notes a row as it ran
function methods:record(name, request, attempts, outcome, says, time, seconds)
  self.ran[#self.ran + 1] = { name, request, tostring(attempts), outcome, says or "", time }
  local path = os.getenv "HARNEST_FAULTS"
  if not path then return end
  local file = assert(io.open(path, "a"))
  file:write(table.concat({ self.title, name, request, attempts, outcome, says or "", time,
    ("%.3f"):format(seconds) }, "\t"), "\n")
  file:close()
end

-- A spec of the matrix that is not of the usual form; `test` returns attempts, outcome, what is said, the time's label
function methods:spec(name, request, it, test)
  self.declared = self.declared + 1
  it(("%s: %s"):format(name, request), function()
    local started = socket.gettime()
    local attempts, outcome, says, time = test()
    self:record(name, request, attempts, outcome, says, time, socket.gettime() - started)
  end)
end

-- Makes a spec of each row with each of its requests
function methods:specs(rows, it)
  for _, row in ipairs(rows) do
    for _, request in ipairs(row.requests or order) do
      self.declared = self.declared + 1
      it(("%s: %s"):format(row[1], request), function() try(self, row, request) end)
    end
  end
end

-- The lines of the section's table in docs/FAULTS.md
local function documented(title)
  local lines, inside = {}, false
  for line in io.lines "docs/FAULTS.md" do
    if line:find "^## " then inside = line == "## " .. title end
    if inside and line:find "^| " and not line:find "^| Fault " and not line:find "^| %-" then
      lines[#lines + 1] = line
    end
  end
  return lines
end

-- Every row that ran must be in docs/FAULTS.md as it ran, and where all are run, no others
function methods:check()
  assert.equal(self.declared, #self.ran, "rows that did not come to their end")
  if os.getenv "HARNEST_FAULTS" then return end
  local told, ran = {}, lines_of(self.ran)
  for _, line in ipairs(documented(self.title)) do told[line] = true end
  for _, line in ipairs(ran) do
    assert.truthy(told[line], "docs/FAULTS.md lacks this (make faults): " .. line)
  end
  if fault.complete then assert.same(ran, documented(self.title)) end
end

return fault

-- The matrix of faults: what goes wrong, what the caller gets, the number of attempts and the time. Each file of
-- spec/integration/fault is one section of docs/FAULTS.md. `make faults` generates that page from a run; the specs fail
-- if the page differs.
--
--   local faults = fault.section "Connections"
--   local script = { { reset = true } }
--   faults:specs({ { "a reset", kind = "network", retried = true, maybe_executed = true, script = script } }, it)
--
-- Each row is tried with four requests: get (api:get), list (api:all), create (a POST), delete (a DELETE). Its fields:
--   kind            the error's kind, or "success" if the call succeeds in the end
--   retried         whether the client makes another attempt, if that cannot execute anything twice
--   maybe_executed  whether the server may have executed the request; then a POST is not retried, and the error
--                   states that the outcome is unknown
--   message         text that the error message contains
--   script          what the raw server does with each request (see rawserver.lua), or a function that returns it;
--                   arguments: the body of a plain response, and that response. `match = "connect"`: with each
--                   connection instead
--   scripts         an array of scripts, each played once, instead of `script`
--   url             URL of another server, or a function that returns it
--   start           a function that starts a server and returns an object with `stop`
--   options         more options of the client, or a function that returns them
--   time            the duration of each attempt: "timeout", "connect_timeout" or "deadline", or the seconds of all
--                   attempts together; nil: immediate
--   requests        the names of the requests to try; nil: all four
--   after           a function called at the end with the raw server, the client and the error
--   get, list, create, delete   fields that differ for that request: kind, attempts, message, maybe_executed, time

local assert = require "luassert"
local harnest = require "harnest"
local lines_of = require "spec.support.fault_lines"
local rawserver = require "spec.support.rawserver"
local socket = require "socket"

local fault = {}

local methods = {}
local class = { __index = methods }

-- A factor for memory checkers, which are slow
local SLOWNESS = os.getenv "RUNNER" and os.getenv "RUNNER" ~= "" and 15 or 1
local IMMEDIATE, ALLOWANCE = 2, 1 -- seconds
local limits = { timeout = true, connect_timeout = true, deadline = true }

-- Slow rows test only C code, so one Lua runs them; those that take seconds do not run under a memory checker, nor
-- in `make test`.
fault.main = _VERSION == "Lua 5.4"
fault.complete = SLOWNESS == 1 and fault.main and os.getenv "SLOW" ~= "no"

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

-- The row's own server, which runs until another row needs one
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

-- The expected result of a row with this request
local function expectation(row, request)
  local writes = request == "create" or request == "delete"
  local own = row[request] or {}
  local function field(name)
    if own[name] ~= nil then return own[name] end
    return row[name]
  end
  local maybe_executed = writes and field "maybe_executed" or false
  local retried = row.retried and not (request == "create" and maybe_executed)
  return {
    kind = field "kind", message = field "message", time = field "time",
    outcome_unknown = maybe_executed and field "kind" ~= "success",
    attempts = own.attempts or row.attempts or retried and 2 or 1,
  }
end

local function check_error(expected, result, err)
  assert.is_nil(result)
  assert.equal(expected.kind, err.kind, err.message)
  assert.truthy(err.message:find(expected.message or "", 1, true), err.message)
  assert.equal(expected.outcome_unknown, err.message:find("may have been", 1, true) ~= nil, err.message)
  assert.equal(expected.attempts, err.attempts, err.message)
  assert.is_nil(err.message:find("a-token-to-send", 1, true))
end

local function check_seconds(expected, options, seconds)
  local time = expected.time
  local least = type(time) == "number" and time or time and options[time] * expected.attempts or 0
  local most = time and least + ALLOWANCE or IMMEDIATE
  assert.truthy(seconds >= least * 0.9, ("%.3f s, too early"):format(seconds))
  assert.truthy(seconds <= most * SLOWNESS, ("%.3f s, too late"):format(seconds))
end

local function time_label(expected)
  local time = expected.time
  if type(time) == "number" then return ("about %g s"):format(time) end
  if not time then return ("< %d s"):format(IMMEDIATE) end
  return expected.attempts == 1 and time or ("%d × %s"):format(expected.attempts, time)
end

local function try(self, row, request)
  if row.script or row.scripts then play(self, row, request) else self.raw:reset() end
  local options = { url = self.raw.url .. "/api", token = "a-token-to-send", dialect = "jsonapi",
    retries = 1,
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
  if expected.kind == "success" then
    assert.truthy(result, tostring(err))
    assert.equal(expected.attempts, api:stats().requests)
  else
    check_error(expected, result, err)
  end
  check_seconds(expected, options, seconds)
  if expected.outcome_unknown and request == "create" then
    assert.truthy(#self.raw:requests() <= 1, "a POST was sent twice")
  end
  if row.after then row.after(self.raw, api, err) end
  api:close()
  local outcome = expected.kind .. (expected.outcome_unknown and ", outcome unknown" or "")
  self:record(row[1], request, expected.attempts, outcome, expected.message, time_label(expected),
    seconds)
end

-- Records a row as it ran
function methods:record(name, request, attempts, outcome, message, time, seconds)
  self.ran[#self.ran + 1] = { name, request, tostring(attempts), outcome, message or "", time }
  local path = os.getenv "HARNEST_FAULTS"
  if not path then return end
  local file = assert(io.open(path, "a"))
  file:write(table.concat({ self.title, name, request, attempts, outcome, message or "", time,
    ("%.3f"):format(seconds) }, "\t"), "\n")
  file:close()
end

-- Defines a row of another form; `test` returns attempts, outcome, message and time as shown in the table
function methods:spec(name, request, it, test)
  self.declared = self.declared + 1
  it(("%s: %s"):format(name, request), function()
    local started = socket.gettime()
    local attempts, outcome, message, time = test()
    self:record(name, request, attempts, outcome, message, time, socket.gettime() - started)
  end)
end

-- Defines a spec for each row with each of its requests
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

-- Fails unless docs/FAULTS.md has each row as it ran, and, if all rows ran, no others
function methods:check()
  assert.equal(self.declared, #self.ran, "rows that failed")
  if os.getenv "HARNEST_FAULTS" then return end
  local present, ran = {}, lines_of(self.ran)
  for _, line in ipairs(documented(self.title)) do present[line] = true end
  for _, line in ipairs(ran) do
    assert.truthy(present[line], "docs/FAULTS.md lacks this (make faults): " .. line)
  end
  if fault.complete then assert.same(ran, documented(self.title)) end
end

return fault

--- Making and closing clients.

local core = require "harnest.core"
local callbacks = require "harnest.callbacks"
local deferred = require "harnest.deferred"
local scheduler = require "harnest.scheduler"

local client = {}

local check_shared = deferred.call("store", "check")
local find_loop = deferred.call("loop", "find")
local trace_lines = deferred.call("debug_lines", "trace")
local cassette_of = deferred.call("cassette", "of")
local join_cassette = deferred.call("cassette", "join")
local leave_cassette = deferred.call("cassette", "leave")

-- Set by harnest.busted: returns the option `cassette` of clients whose options name none.
client.default_cassette = nil

--- Raises a usage error for an option `operations` that is no path of the client's server.
local function check_operations(made)
  local operations = core.settings(made).operations
  local url, refused = core.url(made, {}, "option operations", operations or "/operations")
  if not url then
    core.usage_error("option operations: expected a path below the base URL, got one refused: "
      .. refused)
  end
end

--- Returns the loop that the options name, false for none, or nil if they do not say.
local function named_loop(options)
  local named = type(options) == "table" and rawget(options, "loop")
  if named == false and type(options) == "table" then
    return false
  end
  return named and find_loop(named) or nil
end

--- Returns the cassette that the options or the environment name, nil if they name none, false for none.
local function named_cassette(options, is_derived)
  local is_named = type(options) == "table"
    and (rawget(options, "cassette") ~= nil or rawget(options, "cassette_mode") ~= nil)
  if is_named or not is_derived and (client.default_cassette or os.getenv "HARNEST_CASSETTE") then
    return cassette_of(options or {}, is_derived, client.default_cassette)
  end
  return nil
end

--- Raises a usage error for a wrong store of the cache.
local function check_store(settings)
  if settings.store ~= nil then
    check_shared(settings.store)
  end
end

--- Sets the function that gets the client's trace events, if there is one.
local function prepare_trace(settings)
  settings.on_event = settings.debug
    and trace_lines(settings.debug, settings.trace, settings.trace_detail) or settings.trace
end

--- Notes that a new client uses the cassette that its options name, if they name one, until it is closed.
local function use_cassette(settings, cassette)
  if cassette then
    join_cassette(cassette)
    settings.leaves_cassette = true
  end
end

--- Makes a client; see harnest.new.
-- @param options  table: the options
-- @return the client
-- Raises a usage error, with the option's name, for a wrong option.
function client.new(options)
  local cassette = named_cassette(options, false)
  local made = core.client(options, named_loop(options), cassette or nil)
  local settings = core.settings(made)
  check_store(settings)
  callbacks.prepare(settings)
  prepare_trace(settings)
  check_operations(made)
  use_cassette(settings, cassette)
  return made
end

--- Makes a client like this one but for some options: `api:with{timeout = 2}:get("contracts", 1)`.
-- It shares connections, limits, retry budget, cache and token with this client, unless an option
-- says otherwise; closing it cancels its own calls only.
-- @param options  table: options as for harnest.new; `headers` are merged
-- @return the client
-- Raises a usage error, with the option's name, for a wrong option, and if this client is closed.
function client:with(options)
  local cassette = named_cassette(options, true)
  local made = core.derive(options, named_loop(options), cassette, self)
  local settings = core.settings(made)
  check_store(settings)
  if rawget(options, "token") ~= nil or rawget(options, "authorization") ~= nil then
    callbacks.prepare(settings)
  end
  if rawget(options, "trace") or rawget(options, "trace_detail") or rawget(options, "debug") ~= nil then
    prepare_trace(settings)
  end
  if rawget(options, "operations") or rawget(options, "url") or rawget(options, "company") then
    check_operations(made)
  end
  use_cassette(settings, cassette)
  return made
end

local close_session = core.methods.close

--- Closes the client: running requests fail with kind `cancelled`, and connections are closed.
-- Idempotent. Lua 5.4 also calls it for `<close>` variables.
-- Raises what a coroutine raises that waited for the client, if harnest resumes it. With
-- loop = "manual", raises what tasks of this client have raised and nothing has asked for or raised
-- again.
function client:close()
  local settings = core.settings(self)
  local manual = settings.loop
  settings.is_closed = true -- tasks that end by a call that this cancels have not failed
  close_session(self)
  scheduler.drive_now()
  if settings.leaves_cassette then
    settings.leaves_cassette = nil
    leave_cassette(settings.cassette)
  end
  if manual and manual.raise_failed and not core.in_finalizer() then
    manual.raise_failed(settings)
  end
end

return client

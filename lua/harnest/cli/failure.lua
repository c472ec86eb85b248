--- Errors as the command shows them, and its exit status.

local harnest = require "harnest"
local cell = require "harnest.cli.cell"
local progress = require "harnest.cli.progress"

local failure = {}

failure.DONE, failure.FAILED, failure.USAGE, failure.INTERRUPTED = 0, 1, 2, 130

failure.OUTCOME_UNKNOWN = 9

local statuses = {
  usage = failure.USAGE,
  interrupted = failure.INTERRUPTED,
  not_found = 3,
  unauthorized = 4,
  forbidden = 4,
  conflict = 5,
  invalid = 6,
  rate_limited = 7,
  unavailable = 7,
  network = 8,
  tls = 8,
  timeout = 8,
}

-- What the library's usage errors call the arguments of the command
local names_of_arguments = {
  { "query%.page%.size", "option --page-size" },
  { "query%.after", "option --cursor" },
  { "query%.(filter)%f[^%w_]", "option --%1" },
  { "query%.(sort)%f[^%w_]", "option --%1" },
  { "query%.(include)%f[^%w_]", "option --%1" },
  { "query%.params", "option --param" },
  { "rows: columns%[%d+%]", "option --fields" },
  { "rows: columns", "option --fields" },
  { "option cassette:", "cassette:" },
  { "%l+: (type):", "argument %1:" },
  { "%l+: (id):", "argument %1:" },
}

--- Makes an error object of the command itself.
-- @param kind     "usage", "output" or another kind
-- @param message  string, or a format for the further arguments
function failure.new(kind, message, ...)
  return { kind = kind, message = select("#", ...) > 0 and message:format(...) or message }
end

--- Raises an error for a wrong argument.
function failure.usage(message, ...)
  error(failure.new("usage", message, ...), 0)
end

--- Whether a text is what Lua raises for a bug in a program.
local function is_bug(text)
  return text:find "^attempt to " or text:find "^bad argument #" or text:find "^module '"
    or text:find "not enough memory"
end

--- Returns what was raised as an object with kind and message. Texts are usage errors of the
-- library, which name what was wrong, or "interrupted!" of Lua's interpreter.
function failure.object(raised)
  if type(raised) == "table" and raised.message then
    return raised
  end
  local text = tostring(raised)
  if text:find "interrupted!$" or text:find "interrupted!\n" then
    return failure.new("interrupted", "interrupted")
  end
  local message = text:gsub("^[^:\n]+:%d+: ", "")
  if is_bug(message) then
    return failure.new("internal", "%s", "internal error: " .. text)
  end
  for _, pair in ipairs(names_of_arguments) do
    message = message:gsub("^" .. pair[1], pair[2])
  end
  return failure.new("usage", "%s", message)
end

--- Returns the exit status for an error object: its own, or that of its kind.
function failure.status(err)
  if err.exit_status then
    return err.exit_status
  elseif err.outcome_unknown then
    return failure.OUTCOME_UNKNOWN
  end
  return statuses[err.kind] or failure.FAILED
end

--- Returns the members of an error as a table for JSON.
function failure.members(err)
  return {
    kind = err.kind,
    message = err.message,
    status = err.status,
    exit_status = failure.status(err),
    errors = err.errors,
    request_id = err.request_id,
    method = err.method,
    url = err.url,
    attempts = err.attempts,
    outcome_unknown = err.outcome_unknown or false,
    retryable = err.retryable or false,
  }
end

--- Writes an error to standard error.
-- @param err      the error object
-- @param options  table: error_format ("text" or "json"), verbose (number)
function failure.report(err, options)
  progress.hide()
  local text
  if options.error_format == "json" then
    text = harnest.encode(failure.members(err))
  elseif (options.verbose or 0) > 0 and err.details then
    text = "harnest: " .. cell.escaped(err:details())
  else
    text = "harnest: " .. cell.escaped(err.message)
  end
  io.stderr:write(text, "\n")
end

--- Writes a line to standard error that is no error.
function failure.note(message, ...)
  progress.hide()
  io.stderr:write("harnest: ", cell.escaped(message:format(...)), "\n")
end

return failure

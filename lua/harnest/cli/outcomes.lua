--- The results of many writes: a line of NDJSON for each, and the exit status of all. If requests are
-- shown instead of being sent, errors go to standard error.

local harnest = require "harnest"
local failure = require "harnest.cli.failure"
local preview = require "harnest.cli.preview"
local progress = require "harnest.cli.progress"
local writer = require "harnest.cli.writer"

local outcomes = {}

-- Errors that the next write would have as well.
local ends_all = {
  network = true, tls = true, timeout = true, unauthorized = true, rate_limited = true, unavailable = true,
  refused = true, cancelled = true,
}

local methods = {}
local class = { __index = methods }

--- Makes a collection of results.
-- @param options  table: the parsed options
-- @param unit     string: what `line` counts in messages, "line" or "resource"
function outcomes.new(options, unit)
  return setmetatable({ count = 0, failed = 0, options = options, unit = unit }, class)
end

--- Writes a line, with its members in alphabetical order. A line that cannot be written goes to standard
-- error. That the reader has gone is an error here: not all is done.
local function write(members)
  progress.tick()
  local line = harnest.encode(members)
  writer.write(line, "\n")
  local done, raised = pcall(writer.flush)
  if done then
    return
  end
  failure.note("not in the output: %s", line)
  if raised == writer.READER_GONE then
    raised = failure.new("output", "stopped: the reader of the output has gone")
  end
  error(raised, 0)
end

--- Adds a write that was done.
-- @param members  table: line (number or nil), id, result ("created", "updated" or "deleted")
function methods:done(members)
  self.count = self.count + 1
  write(members)
end

--- Adds a write whose request was shown and not sent.
function methods:shown()
  self.count = self.count + 1
end

--- Writes the error of a write that cannot be shown.
local function report(self, members, err)
  local place = members.line and ("%s %d"):format(self.unit, members.line) or tostring(members.id)
  local placed = { message = "FILE: " .. place .. ": " .. err.message, details = false }
  failure.report(setmetatable(placed, { __index = err }), self.options)
end

--- Adds a write that failed.
-- @param members  table: line, id
-- @param err      error object
function methods:fail(members, err)
  self.failed = self.failed + 1
  local status = failure.status(err)
  if status == failure.OUTCOME_UNKNOWN or self.status == nil then
    self.status = status
  elseif self.status ~= failure.OUTCOME_UNKNOWN and self.status ~= status then
    self.status = failure.FAILED
  end
  if preview.is_on(self.options) then
    report(self, members, err)
    return
  end
  members.error = failure.members(err)
  write(members)
end

--- Whether an error is about a part of the document that was sent.
local function is_about_document(err)
  local first = type(err.errors) == "table" and err.errors[1]
  local where = type(first) == "table" and first.source
  return type(where) == "table" and where.pointer ~= nil
end

--- Whether the writes after an error would fail as well. A create that is not found has a wrong type.
-- @param is_create  whether the write was a create
function outcomes.ends_all(err, is_create)
  return ends_all[err.kind] or is_create and err.kind == "not_found" and not is_about_document(err) or false
end

--- Calls a function that makes the writes. If it raises, a note says how many were made.
-- @param what  string: what was written, such as "lines"
-- @param hint  string: what comes after the numbers
function methods:run(what, hint, fn)
  local done, raised = pcall(fn)
  if done then
    return
  end
  if self.count + self.failed > 0 and not preview.is_on(self.options) then
    failure.note("%s done: %d, failed: %d%s", what, self.count, self.failed, hint)
  end
  error(raised, 0)
end

--- Raises an error if a write has failed.
-- @param what  string: what was written, such as "lines"
-- @param hint  string: what comes after the numbers, unless requests are shown
function methods:check(what, hint)
  if self.failed > 0 then
    if preview.is_on(self.options) then
      hint = ""
    end
    local err = failure.new("failed", "%d of %d %s failed%s", self.failed, self.failed + self.count, what, hint)
    err.exit_status = self.status
    error(err, 0)
  end
end

return outcomes

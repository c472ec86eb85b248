--- Jobs: what the server processes after a response 202 Accepted (RFC 9110, 15.3.3; JSON:API's
-- recommendation on asynchronous processing).

local core = require "harnest.core"
local call = require "harnest.call"

local job = {}

-- Seconds between two polls if the server sends no Retry-After. They double from the first to the
-- last.
local FIRST_INTERVAL, LAST_INTERVAL = 0.1, 5

-- Seconds between two polls at least, even if Retry-After is less.
local SHORTEST_INTERVAL = 0.05

-- Each poll asks the server: a stored response shows an earlier state, and comes without the delay.
local HEADERS = { ["Cache-Control"] = "no-cache" }

local metatable = { __name = "harnest.job" }

metatable.__tostring = function(self)
  local place = type(self) == "table" and (rawget(self, "content_location") or rawget(self, "location"))
  return "harnest.job: " .. (type(place) == "string" and place or "accepted, with nothing to poll")
end

-- How the result of each job is read: {read, expects, place}. Private.
local readers = setmetatable({}, { __mode = "k" })

--- Makes a job from a 202 response. Its document describes the job, not the resource.
-- @param document  the document that call.ask returned, or true
-- @param answer    the response's table that call.ask returned
-- @param read      function: turns what call.ask returns for the result into the write's results
-- @param expects   string: what kind of document the result is, as core.call takes it; or nil
-- @return a table: accepted (true); content_location and location (strings: where to poll);
-- retry_after (seconds); data, meta and links of the document
function job.new(document, answer, read, expects)
  local has_document = document ~= true
  local self = setmetatable({
    accepted = true,
    content_location = answer.content_location,
    location = answer.location,
    retry_after = answer.retry_after,
    data = has_document and document.data or nil,
    meta = has_document and document.meta or nil,
    links = has_document and document.links or nil,
  }, metatable)
  local stated = self.content_location or self.location
  local place = stated and core.resolve(answer.url, stated)
  readers[self] = { read = read, expects = expects, place = place }
  return self
end

--- Returns whether the response to a poll shows that the job is still running. At a
-- Content-Location a 200 describes the running job, and a redirect leads to the result. At a
-- Location a 200 is the result.
local function still_runs(content_location, answer)
  return answer.status == 202
    or answer.status == 200 and content_location and not answer.redirected
end

--- Reads the result of a job that the script rebuilt from plain data: the kind of write is unknown.
local function read_unknown(document)
  local has_data = document ~= true and document.data ~= nil and document.data ~= core.null
  return has_data and document.data or true, document ~= true and document or nil
end

--- Returns whether a value is a number of seconds to wait.
local function is_wait(value)
  return type(value) == "number" and value >= 0 and value < math.huge
end

--- Waits for the result of a job: `api:wait(api:create(…))`. It polls at the intervals of the
-- server's Retry-After, until the client's `deadline`. Arguments that are not a job are returned
-- unchanged, so that the call also suits servers that process the write at once.
-- @param client    the client
-- @param accepted  what a write returned first
-- @param ...       what it returned further
-- @return what the write returns when it is processed at once; true if the server named nothing to
-- poll; or nil and an error
-- Raises a usage error if the job's fields have wrong types.
function job.wait(client, accepted, ...)
  if type(accepted) ~= "table" or rawget(accepted, "accepted") ~= true then
    return accepted, ...
  end
  local reader = readers[accepted] or { read = read_unknown }
  local content_location = rawget(accepted, "content_location")
  local place, retry_after = content_location or rawget(accepted, "location"), rawget(accepted, "retry_after")
  if not place then
    return true
  elseif type(place) ~= "string" then
    core.usage_error(("wait: job.%s: expected a path or link, got %s"):format(
      content_location and "content_location" or "location", core.describe(place)))
  elseif retry_after ~= nil and not is_wait(retry_after) then
    core.usage_error("wait: job.retry_after: expected a number of seconds, got "
      .. core.describe(retry_after))
  end
  if readers[accepted] then
    place = reader.place
  end
  if not place then
    return nil, core.error("protocol", "protocol: wait: the job's location is not a valid URL")
  end
  local limit = core.deadline(client)
  local end_time = limit and core.now() + limit
  local interval = FIRST_INTERVAL
  while true do
    local order = {
      expects = reader.expects,
      headers = HEADERS,
      response_headers = true,
      delay = math.max(retry_after or interval, SHORTEST_INTERVAL),
    }
    if end_time then
      order.deadline = math.max(end_time - core.now(), 0.001)
    end
    local document, answer = call.ask(client, order, {}, "wait: job.location", place)
    if not document then
      return nil, answer
    elseif not still_runs(content_location, answer) then
      return reader.read(document, answer)
    end
    retry_after, interval = answer.retry_after, math.min(interval * 2, LAST_INTERVAL)
  end
end

return job

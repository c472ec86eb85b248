--- What a 202 answer leaves: a job to wait for (RFC 9110, 15.3.3; JSON:API's recommendation on asynchronous
-- processing).

local core = require "harnest.core"
local call = require "harnest.call"

local job = {}

-- Seconds between two looks at a job where the server names none: they double from the first up to the last.
local FIRST_LOOK, LAST_LOOK = 0.1, 5

-- Seconds between two looks at least, whatever the server says.
local SHORTEST_WAIT = 0.05

local metatable = { __name = "harnest.job" }

metatable.__tostring = function(self)
  return "harnest.job: " .. (self.content_location or self.location or "accepted, with nothing to poll")
end

-- How each job's end is read, out of the reach of accident.
local readers = setmetatable({}, { __mode = "k" })

--- Makes a job of a 202 answer. It is not the resource, though its document may describe the work.
-- @param document, answer  what call.ask returned
-- @param read     function that makes the results of what call.ask returns at the job's end
-- @param expects  what kind of answer that is, as core.call has it
-- @return a table: accepted (true); content_location, location (where to look); retry_after (seconds); and of the
-- document data, meta, links
function job.new(document, answer, read, expects)
  local has_document = document ~= true
  local self = setmetatable({
    accepted = true,
    content_location = answer.headers["content-location"],
    location = answer.headers.location,
    retry_after = answer.retry_after,
    data = has_document and document.data or nil,
    meta = has_document and document.meta or nil,
    links = has_document and document.links or nil,
  }, metatable)
  local stated = self.content_location or self.location
  readers[self] = { read = read, expects = expects, place = stated and core.resolve(answer.url, stated) }
  return self
end

--- Whether a look at the job shows that it is not done. Behind a Content-Location a 200 describes the job, and its end
-- is a redirect to what came of it; behind a Location alone it is what came of it.
local function is_pending(accepted, answer)
  return answer.status == 202 or answer.status == 200 and accepted.content_location and not answer.redirected
end

-- The end of a job that a script kept as plain data: which kind of write it was is not known any more.
local function settled(document)
  local has_data = document ~= true and document.data ~= nil and document.data ~= core.null
  return has_data and document.data or true, document ~= true and document or nil
end

--- Waits for what a 202 answer leads to: `api:wait(api:create(…))`. Anything but a job is given back as it is, so that
-- it does not matter whether the server works at once. It looks when the server's Retry-After says, and as long as the
-- client's `deadline` allows.
-- @param accepted  what a write returned
-- @return what the write would have returned; true where the server named nothing to poll; or nil and an error
function job.wait(client, accepted, ...)
  if type(accepted) ~= "table" or rawget(accepted, "accepted") ~= true then
    return accepted, ...
  end
  local reader = readers[accepted] or { read = settled }
  local place = accepted.content_location or accepted.location
  if not place then
    return true
  elseif type(place) ~= "string" then
    core.usage_error("wait: job.location: expected a path or link, got " .. type(place))
  elseif accepted.retry_after ~= nil and type(accepted.retry_after) ~= "number" then
    core.usage_error("wait: job.retry_after: expected a number of seconds, got " .. type(accepted.retry_after))
  end
  if readers[accepted] then
    place = reader.place
  end
  if not place then
    return nil, core.error("protocol", "protocol: wait: what the server names for the job is no URL")
  end
  local limit = core.deadline(client)
  local end_time = limit and core.now() + limit
  local wait, look = accepted.retry_after, FIRST_LOOK
  while true do
    local order = { expects = reader.expects, delay = math.max(wait or look, SHORTEST_WAIT) }
    if end_time then
      order.deadline = math.max(end_time - core.now(), 0.001)
    end
    local document, answer = call.ask(client, order, {}, place)
    if not document then
      return nil, answer
    elseif not is_pending(accepted, answer) then
      return reader.read(document, answer)
    end
    wait, look = answer.retry_after, math.min(look * 2, LAST_LOOK)
  end
end

return job

-- Knobs are path segments before /v1/api that change the responses of the sandbox, such as
-- /max/50/shape/laravel/v1/api.

local shapes = require "sandbox.shapes"

local knobs = {}

local function whole(text)
  return text:find("^%d+$") and tonumber(text) or nil
end

-- Returns whether `value` is one of the words in `list`.
local function one_of(value, list)
  return (" " .. list .. " "):find(" " .. value .. " ", 1, true) ~= nil
end

local known = {}

function known.copy(set, name)
  set.copy = name
  return name:find("^[%w_-]+$")
end

function known.shape(set, name)
  set.shape = shapes[name]
  return set.shape
end

function known.max(set, size)
  set.max = whole(size)
  return set.max and set.max > 0
end

function known.delay(set, seconds)
  set.delay = tonumber(seconds)
  return set.delay
end

known["retry-after"] = function(set, value)
  set.retry_after = value
  return true
end

function known.body(set, kind)
  set.body = kind
  return one_of(kind, "html json empty text")
end

function known.errors(set, profile)
  set.profile_errors = profile == "cursor-profile"
  return set.profile_errors
end

function known.ids(set, kind)
  set.numeric_ids = kind == "numeric"
  return set.numeric_ids
end

function known.redirect(set, status)
  set.redirect = whole(status)
  return set.redirect
end

function known.slash(set, status)
  set.slash = whole(status)
  return set.slash
end

function known.etag(set, max_age)
  set.max_age = whole(max_age)
  return set.max_age
end

local function failure(key, status, count)
  local asked = { key = key, status = whole(status), count = whole(count) }
  return asked.status and asked.count and asked
end

function known.fail(set, ...)
  set.fail = failure(...)
  return set.fail
end

known["fail-after"] = function(set, ...)
  set.fail_after = failure(...)
  return set.fail_after
end

known["delay-after"] = function(set, seconds)
  set.delay_after = tonumber(seconds)
  return set.delay_after
end

known["client-ids"] = function(set, rule)
  set.client_ids = rule
  return one_of(rule, "allow refuse")
end

function known.answer(set, kind)
  set.answer = kind
  return one_of(kind, "full none meta bare accepted accepted-silent")
end

function known.job(set, seconds)
  set.job = tonumber(seconds)
  return set.job
end

known["job-fails"] = function(set, status)
  set.job_fails = whole(status)
  return set.job_fails
end

known["job-by"] = function(set, header)
  set.job_by_location = header == "location"
  return set.job_by_location
end

function known.replace(set, rule)
  set.refuse_replacing = rule == "refuse"
  return set.refuse_replacing
end

local arity = { fail = 3, ["fail-after"] = 3 } -- number of values; 1 for all other knobs

-- Returns the value of the header Retry-After, from the knob of that name.
function knobs.retry_after(set)
  local seconds = set.retry_after and set.retry_after:match("^date%+(%d+)$") -- as a date in the future
  return seconds and ngx.http_time(ngx.time() + seconds) or set.retry_after
end

-- Returns the knobs in a list of path segments and the position of "api" in "v1/api"; or nil and
-- the unknown knob.
function knobs.parse(segments)
  local set, i = { shape = shapes.none }, 1
  while segments[i] do
    if segments[i] == "v1" and segments[i + 1] == "api" then return set, i + 1 end
    local name = segments[i]
    local count = arity[name] or 1
    if not known[name] or not segments[i + count] or not known[name](set, unpack(segments, i + 1, i + count)) then
      return nil, name
    end
    i = i + 1 + count
  end
  return nil, "no /v1/api"
end

return knobs

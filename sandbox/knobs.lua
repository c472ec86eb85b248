-- Knobs are path segments before /v1/api that change how the sandbox answers, such as /max/50/shape/laravel/v1/api.

local shapes = require "sandbox.shapes"

local knobs = {}

local function whole(text)
  return text:find("^%d+$") and tonumber(text) or nil
end

local known = {}

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
  return kind == "html" or kind == "json" or kind == "empty" or kind == "text"
end

function known.ids(set, kind)
  set.numeric_ids = kind == "numeric"
  return set.numeric_ids
end

function known.redirect(set, status)
  set.redirect = whole(status)
  return set.redirect
end

function known.etag(set, max_age)
  set.max_age = whole(max_age)
  return set.max_age
end

function known.fail(set, key, status, count)
  set.fail = { key = key, status = whole(status or ""), count = whole(count or "") }
  return set.fail.status and set.fail.count
end

local arity = { fail = 3 } -- the others take one value

-- The knobs set by a list of path segments, the number of segments up to and with "v1/api"; or nil, the unknown knob
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

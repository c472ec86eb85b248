-- Errors: any handler may raise them; the app sends them as a JSON:API error document.

local problem = {}

local titles = {
  [400] = "Bad Request", [401] = "Unauthorized", [403] = "Forbidden", [404] = "Not Found", [405] = "Method Not Allowed",
  [406] = "Not Acceptable", [409] = "Conflict", [412] = "Precondition Failed", [415] = "Unsupported Media Type",
  [422] = "Unprocessable Entity", [429] = "Too Many Requests", [500] = "Internal Server Error", [502] = "Bad Gateway",
  [503] = "Service Unavailable", [504] = "Gateway Timeout",
}

function problem.title(status)
  return titles[status] or "Error"
end

local function object(status, detail, more)
  return {
    status = tostring(status), code = more.code, title = problem.title(status), detail = detail, source = more.source,
    links = more.links, meta = more.meta,
  }
end

-- Raises an error with `status`. `more` may have source, code, links, meta and headers.
function problem.raise(status, detail, more)
  more = more or {}
  error({ status = status, headers = more.headers, errors = { object(status, detail, more) } }, 0)
end

-- Raises a 400 for a query parameter. `more` as above, without source.
function problem.parameter(name, detail, more)
  more = more or {}
  problem.raise(400, detail, { source = { parameter = name }, links = more.links, meta = more.meta })
end

-- Raises an error for the value at a JSON pointer in the body.
function problem.at(pointer, status, code, detail)
  problem.raise(status, detail, { code = code, source = { pointer = pointer } })
end

-- Returns the JSON pointer of a member (RFC 6901).
function problem.pointer(base, name)
  return base .. "/" .. tostring(name):gsub("~", "~0"):gsub("/", "~1")
end

local list_methods = {}
local list_class = { __index = list_methods }

-- Returns a list that collects the errors of a body, so that one response reports all.
function problem.list()
  return setmetatable({}, list_class)
end

function list_methods:add(pointer, status, code, detail)
  self[#self + 1] = object(status, detail, { code = code, source = { pointer = pointer } })
end

-- Raises the collected errors, if any. The status is the one that all have, otherwise 400, as
-- JSON:API recommends.
function list_methods:raise()
  if #self == 0 then return end
  local status = self[1].status
  for _, fault in ipairs(self) do
    if fault.status ~= status then status = "400" end
  end
  local errors = {}
  for i, fault in ipairs(self) do errors[i] = fault end
  error({ status = tonumber(status), errors = errors }, 0)
end

return problem

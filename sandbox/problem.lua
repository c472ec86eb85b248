-- Errors: raised anywhere while a request is answered, sent as a JSON:API error document by the app.

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

-- Ends the request with `status`; `more` may give source, code, links, meta and headers.
function problem.raise(status, detail, more)
  more = more or {}
  error({ status = status, headers = more.headers, errors = { object(status, detail, more) } }, 0)
end

-- A 400 that names the query parameter at fault; `more` as above, but for the source
function problem.parameter(name, detail, more)
  more = more or {}
  problem.raise(400, detail, { source = { parameter = name }, links = more.links, meta = more.meta })
end

-- The same for what is at a JSON pointer in the body
function problem.at(pointer, status, code, detail)
  problem.raise(status, detail, { code = code, source = { pointer = pointer } })
end

-- A pointer to a member, by RFC 6901
function problem.pointer(base, name)
  return base .. "/" .. tostring(name):gsub("~", "~0"):gsub("/", "~1")
end

local list_methods = {}
local list_class = { __index = list_methods }

-- Collects what is wrong with a body, so that all of it can be told at once
function problem.list()
  return setmetatable({}, list_class)
end

function list_methods:add(pointer, status, code, detail)
  self[#self + 1] = object(status, detail, { code = code, source = { pointer = pointer } })
end

-- Ends the request where anything was collected: with the status that all have, or with 400, as JSON:API advises
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

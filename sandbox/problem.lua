-- Errors: raised anywhere while a request is answered, sent as a JSON:API error document by the app.

local problem = {}

local titles = {
  [400] = "Bad Request", [401] = "Unauthorized", [403] = "Forbidden", [404] = "Not Found", [405] = "Method Not Allowed",
  [406] = "Not Acceptable", [409] = "Conflict", [415] = "Unsupported Media Type", [422] = "Unprocessable Entity",
  [429] = "Too Many Requests", [500] = "Internal Server Error", [502] = "Bad Gateway", [503] = "Service Unavailable",
  [504] = "Gateway Timeout",
}

function problem.title(status)
  return titles[status] or "Error"
end

-- Ends the request with `status`; `more` may give source, code and headers.
function problem.raise(status, detail, more)
  more = more or {}
  error({
    status = status,
    headers = more.headers,
    errors = { {
      status = tostring(status), code = more.code, title = problem.title(status), detail = detail, source = more.source,
    } },
  }, 0)
end

-- A 400 that names the query parameter at fault.
function problem.parameter(name, detail)
  problem.raise(400, detail, { source = { parameter = name } })
end

return problem

-- Simulated failures, for the knobs fail, fail-after and job-fails.

local problem = require "sandbox.problem"

local failing = {}

-- Returns a failure with that status, in the form of problem.raise. 444 closes the connection
-- without a response.
function failing.failure(status)
  if status == 444 then return { status = 444 } end
  if status ~= 422 then
    local fault = { status = tostring(status), title = problem.title(status), detail = "simulated failure" }
    return { status = status, errors = { fault } }
  end
  local errors = {}
  for i, field in ipairs { "title", "status" } do
    errors[i] = {
      status = "422", title = "Invalid", detail = field .. " must not be empty",
      source = { pointer = "/data/attributes/" .. field },
    }
  end
  return { status = 422, errors = errors }
end

-- Raises a failure for the first requests with the key of the knob.
function failing.on_demand(knob, fail)
  if not fail then return end
  local seen = ngx.shared.counters:incr(knob .. " " .. fail.key, 1, 0)
  if seen <= fail.count then error(failing.failure(fail.status), 0) end
end

return failing

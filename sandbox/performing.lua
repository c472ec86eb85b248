-- Executes a write in a transaction: once for each idempotency key, at once or as a job, with the
-- form of response that the knobs select.

local answers = require "sandbox.answers"
local edit = require "sandbox.edit"
local idempotency = require "sandbox.idempotency"
local jobs = require "sandbox.jobs"

local performing = {}

-- Returns the response to a write. `act` executes it and returns the full response.
function performing.write(request, act)
  return idempotency.once(request, function()
    local form = answers.forms[request.knobs.answer or "full"]
    if not form then return jobs.accept(request, function() return edit.whole(act) end) end
    local reply = edit.whole(act)
    return request.is_atomic and reply or form(reply)
  end)
end

return performing

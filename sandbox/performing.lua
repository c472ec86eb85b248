-- Carries out a write in the way that the request asks for: as a whole or not at all, once for each idempotency key, at
-- once or as a job, and answered in one of several forms.

local answers = require "sandbox.answers"
local edit = require "sandbox.edit"
local idempotency = require "sandbox.idempotency"
local jobs = require "sandbox.jobs"

local performing = {}

-- The answer to a write; `act` does it, and returns the answer in full.
function performing.write(request, act)
  return idempotency.once(request, function()
    local form = answers.forms[request.knobs.answer or "full"]
    if not form then return jobs.accept(request, function() return edit.whole(act) end) end
    local reply = edit.whole(act)
    return request.is_atomic and reply or form(reply)
  end)
end

return performing

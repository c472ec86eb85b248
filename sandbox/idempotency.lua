-- Executes a POST with an Idempotency-Key once. Later requests with the same key get the first
-- response.

local problem = require "sandbox.problem"

local idempotency = {}

-- Returns what `act` returns, or what it returned at the first request with this key. Failures are
-- not stored.
function idempotency.once(request, act)
  local key = request.method == "POST" and request.idempotency_key
  if not key then return act() end
  local answered = ngx.ctx.database.answered
  local asked = table.concat(request.path, "/") .. "?" .. request.query_text .. "\n" .. request.body
  local first = answered[key]
  if not first then
    first = { asked = asked, reply = act() }
    answered[key] = first
  elseif first.asked ~= asked then
    problem.raise(422, "the key was used for another request",
      { code = "key_reused", source = { header = "Idempotency-Key" } })
  end
  return first.reply
end

return idempotency

-- Does what a POST with an Idempotency-Key asks once, and gives the first answer again whenever the key comes again.

local problem = require "sandbox.problem"

local idempotency = {}

-- What `act` returns, or what it returned when it was first called for this key. What fails is not remembered.
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

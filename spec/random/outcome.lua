-- Runs functions that make calls, and judges how they end.

local clients = require "spec.random.clients"

local outcome = {}

local kinds = {}
for kind in ([[bad_request unauthorized forbidden not_found conflict invalid rate_limited unavailable client_error
  server_error timeout network tls protocol refused cancelled]]):gmatch "%S+" do kinds[kind] = true end

-- What is raised if a result is wrong
local Wrong = {}

-- Raises `what` as wrong. Nothing excuses it.
function outcome.wrong(...)
  error(setmetatable({ text = select("#", ...) > 1 and (...):format(select(2, ...)) or (...) }, Wrong), 0)
end

--- Calls fn, which may wait. Returns whether it did not raise, and fn's results or what it raised.
function outcome.attempt(fn)
  if clients.can_yield_anywhere or not coroutine.running() then return pcall(fn) end
  -- Lua 5.1: a function of api:parallel may wait, and what it raises is caught
  local pair = clients.steady[1].api:parallel(function()
    local result, err = fn()
    return result or false, err
  end)[1]
  if pair[1] == nil then return false, pair[2] end
  return true, pair[1] or nil, pair[2]
end

local function is_one_line(text)
  return not text:find "[%z\1-\31\127]"
end

-- What is wrong with an error object of any origin
local function error_complaint(err)
  if not kinds[err.kind] then return "an unknown kind: " .. tostring(err.kind) end
  if type(err.message) ~= "string" or err.message == "" then return "no message" end
  if not is_one_line(err.message) then return "more than one line: " .. err.message end
  if tostring(err) ~= err.message then return "tostring differs: " .. tostring(err) end
  if #err.message > 3000 then return "a message of " .. #err.message .. " bytes" end
  if err.message:find("a-secret-value", 1, true) or err.message:find("a-token", 1, true) then
    return "a secret in: " .. err.message
  end
end

-- Whether a call of this client may fail so
local function is_allowed(record, err)
  if not record.is_good then return true end
  if record.is_steady then return false end
  return err.kind == "cancelled" or err.kind == "timeout" and record.is_limited
    or (err.kind == "refused" or err.kind == "unauthorized") and record.odd_token
end

-- Whether a raised value comes from the script's own functions, or says that the client is closed
local function is_own(record, raised)
  if clients.is_uncaught(raised) then return not record.is_steady end
  if record.odd_token or record.odd_trace then
    if type(raised) == "table" and next(raised) == nil then return true end
    if type(raised) ~= "string" then return false end
    if raised:find(clients.MARK, 1, true) then return true end
    if record.odd_token and raised:find "^[%w/_.]*spec/[%w/_]+%.lua:%d+: .*token" then return true end
    if record.odd_token and raised:find "^[%w/_.]*spec/[%w/_]+%.lua:%d+: .*authorization" then return true end
  end
  return type(raised) == "string" and not record.is_steady
    and raised:find "^[%w/_.]*spec/[%w/_]+%.lua:%d+: .*this client is closed" ~= nil
end

local counts = { right = 0, raised = 0 } -- of ends: right results, raised values, errors by kind

--- Returns the numbers of ends as text: "900 right, 12 raised, 80 protocol, …".
function outcome.summary()
  local parts = {}
  for kind, count in pairs(counts) do
    if kind ~= "right" and kind ~= "raised" then parts[#parts + 1] = ("%d %s"):format(count, kind) end
  end
  table.sort(parts)
  return ("%d right, %d raised, errors: %s"):format(counts.right, counts.raised, table.concat(parts, ", "))
end

local function count(fine, err)
  local kind = not fine and "raised" or "right"
  if type(err) == "table" and type(rawget(err, "kind")) == "string" then kind = err.kind end
  counts[kind] = (counts[kind] or 0) + 1
end

--- Returns what is wrong with the end of a call; nil if nothing is.
-- @param record  the client, see spec/random/clients.lua
-- @param ...     what outcome.attempt returned
function outcome.complaint(record, fine, result, err)
  if not fine then err = result end
  if record.is_good or err ~= nil then count(fine, err) end -- what a bad server answers is not right
  if getmetatable(err) == Wrong then return err.text end
  if fine and result ~= nil then return nil end
  if type(err) == "table" and rawget(err, "kind") then
    return error_complaint(err) or not is_allowed(record, err) and "failed: " .. tostring(err) or nil
  end
  if fine then return (record.is_good or err ~= nil) and "neither a result nor an error: " .. tostring(err) or nil end
  return not is_own(record, err) and "raised: " .. tostring(err) or nil
end

return outcome

-- Many requests of all kinds to servers that sometimes fail, by several clients at once: the final
-- state must be what was written, and memory and descriptors must not grow between the first tenth
-- and the end.
--   soak.lua REQUESTS SEED     within the variables of sandbox/start; spec/soak/run does it all
-- The last line is "N passed, N failed".

package.path = "./?.lua;" .. package.path
local socket = require "socket"
local calls = require "spec.soak.calls"
local clients = require "spec.soak.clients"
local process_usage = require "spec.soak.process_usage"
local model = require "spec.soak.model"

local REQUESTS, SEED = tonumber(arg[1]), tonumber(arg[2])
local MOST_SECONDS = 60 + REQUESTS / 20 -- more is a failure and ends the run
local MOST_KILOBYTES, MOST_DESCRIPTORS = 2048, 8 -- more than after the first tenth

local passed, failed = 0, 0

local function report(held, text, ...)
  if held then passed = passed + 1 else failed = failed + 1 end
  print((held and "ok: " or "FAILED: ") .. text:format(...))
end

print(("soak: %d requests, seed %d"):format(REQUESTS, SEED))
calls.start(SEED)
clients.start(SEED)

local started = socket.gettime()
local early, count
local fine, problem = pcall(function()
  repeat
    for _ = 1, 20 do calls.one() end
    count = clients.sums().requests
    if not early and count >= REQUESTS / 10 then
      early = process_usage.now()
      early.requests = count
    end
    if socket.gettime() - started > MOST_SECONDS then error("the time is over, after requests: " .. count, 0) end
  until count >= REQUESTS
end)
local seconds = socket.gettime() - started
local late, sums = process_usage.now(), clients.sums()

report(fine, "%s, each as the model has it%s", calls.described(), fine and "" or ": " .. tostring(problem))
local drafts, err = clients.truth:all "drafts"
local objection
if drafts then objection = model.objection(drafts) else objection = tostring(err) end
report(not objection, "%d drafts at the end, none lost, none doubled%s", #model.ids,
  objection and ": " .. objection or "")
local others = {}
for i, kind in ipairs { "contracts", "people", "companies" } do others[i] = clients.truth:count(kind) or 0 end
report(table.concat(others, " ") == "2000 120 40", "%d contracts, %d people and %d companies, as before",
  (unpack or table.unpack)(others))
report(sums.retries > 0 and calls.doubts > 0 and calls.found_done > 0 and clients.closed > 0,
  "%d requests sent again, %d calls failed, %d of them in doubt, of which %d had been done; %d clients closed within",
  sums.retries, calls.failed, calls.doubts, calls.found_done, clients.closed)
if early then
  report(late.kilobytes <= early.kilobytes + MOST_KILOBYTES,
    "%d kB after %d requests, %d kB after %d (at most %d more)", early.kilobytes, early.requests, late.kilobytes,
    sums.requests, MOST_KILOBYTES)
  report(late.descriptors <= early.descriptors + MOST_DESCRIPTORS,
    "%d descriptors then, %d at the end (at most %d more)", early.descriptors, late.descriptors, MOST_DESCRIPTORS)
end

clients.stop()
print(("%.0f requests per second, over %.1f s"):format(sums.requests / seconds, seconds))
print(("%d passed, %d failed"):format(passed, failed))
os.exit(failed == 0 and 0 or 1)

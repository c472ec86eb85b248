-- Prints docs/FAULTS.md for the rows that the specs of this folder recorded: table.lua FILE
-- A row is a line of seven fields separated by tabs: section, fault, request, attempts, outcome, message, allowed time;
-- the eighth field, the seconds that it took, is not shown.

package.path = "./?.lua;" .. package.path
local lines_of = require "spec.support.fault_lines"

print [[
# What a caller gets when things go wrong

`make faults` generates this page from a run of the specs in `spec/integration/fault`. The specs fail if
the page differs. All servers are local. The client has `retries = 1`, a short `max_retry_wait`, and the
options that a row tests.

- **Request**: get is `api:get`, list is `api:all`, create is a POST, delete is a DELETE.
- **Sent**: the number of attempts. The client makes a second one if it may help and cannot execute
  anything twice. It never repeats a POST that the server may have executed. For a list that fails,
  these are the attempts for the page that fails; for one that succeeds, those for all pages.
- **Outcome**: the error's kind. "Outcome unknown": the server may have executed the request, and the
  error's message says so. "Success": the caller does not notice the fault.
- **Message**: text that the error message contains.
- **Within**: the time limit of the spec, including waits between attempts. After "timeout" and other
  limits it allows one more second.]]

local sections, named = {}, {}
for line in io.lines(arg[1]) do
  local fields = {}
  for field in (line .. "\t"):gmatch "([^\t]*)\t" do fields[#fields + 1] = field end
  local title = table.remove(fields, 1)
  if not named[title] then
    named[title] = { title = title }
    sections[#sections + 1] = named[title]
  end
  table.insert(named[title], fields)
end
-- files of specs run concurrently, in any order
table.sort(sections, function(a, b) return a.title:lower() < b.title:lower() end)

for _, section in ipairs(sections) do
  print(("\n## %s\n\n| Fault | Request | Sent | Outcome | Message | Within |"):format(section.title))
  print "| --- | --- | --- | --- | --- | --- |"
  for _, line in ipairs(lines_of(section)) do print(line) end
end

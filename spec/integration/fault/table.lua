--- Prints docs/FAULTS.md of the rows that the specs of this folder noted: table.lua FILE
-- A row is a line of seven fields with tabs between: section, fault, request, attempts, outcome, what the message says,
-- what time was allowed, the seconds that it took.

package.path = "./?.lua;" .. package.path
local lines_of = require "spec.support.fault_lines"

print [[
# What a caller gets when things go wrong

Made by `make faults` from a run of the specs in `spec/integration/fault`, which fail when this page says anything else.
All servers are local. The client has `retries = 1` and a short `max_retry_wait`, and what else a row is about.

- **Request**: get is `api:get`, list is `api:all`, create is a POST, delete is a DELETE.
- **Sent**: how often, with the second time where another attempt may help and can do nothing twice. A POST that the
  server may have done is never sent again.
- **Outcome**: the error's kind. "In doubt": the server may have done it, and the error's message says so.
  "Answered": the caller does not notice.
- **Within**: the time that the spec allows for it, waits between attempts included. After "timeout" and other limits
  one second more is allowed.]]

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
-- the files of specs run side by side, in any order
table.sort(sections, function(a, b) return a.title:lower() < b.title:lower() end)

for _, section in ipairs(sections) do
  print(("\n## %s\n\n| Fault | Request | Sent | Outcome | The message has | Within |"):format(section.title))
  print "| --- | --- | --- | --- | --- | --- |"
  for _, line in ipairs(lines_of(section)) do print(line) end
end

--- `make demo` runs this script. It lists a collection with a filter and a sort, and prints the
-- resources, the pages and the requests. Needs HARNEST_URL and HARNEST_TOKEN, which `eval
-- "$(sandbox/start)"` sets.

local harnest = require "harnest"

local requests = {}
local api = harnest.new {
  dialect = "harnest",
  trace = function(event)
    if event.event == "response" then
      requests[#requests + 1] = ("%s %s -> %d, %d bytes in %.1f ms"):format(
        event.method, event.url, event.status, event.bytes, event.seconds * 1000)
    end
  end,
}

print(tostring(api))
print()
print 'api:list("contracts", {filter = {title = "lease", status = 1}, sort = "title", include = "owner", limit = 40})'
print()

local query = {
  filter = { title = "lease", status = 1 },
  sort = "title",
  include = "owner",
  limit = 40,
}
local last_page
for contract, page in api:list("contracts", query) do
  if page ~= last_page then
    print(("-- page %d, %d resources"):format(page.number, #page))
    last_page = page
  end
  local attributes, owner = contract.attributes, contract:related "owner"
  local day = attributes.created_at:sub(1, 10)
  print(("%6s  %-20s %s  %s"):format(contract.id, attributes.title, day, owner.attributes.name))
end

print()
print(("%d contracts have status 1 and a title like \"lease\""):format(
  assert(api:count("contracts", { filter = query.filter, page = { size = 500 } }))))

local _, err = api:get("contracts", "no-such-id")
print("an error looks like this:\n  " .. tostring(err))

print "\nthe requests:"
for _, line in ipairs(requests) do
  print("  " .. line)
end
local stats = api:stats()
print(("%d requests over %d connection, %d bytes in"):format(stats.requests, stats.connections, stats.bytes_in))
api:close()

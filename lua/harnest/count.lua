--- Counts the resources of a list.

local call = require "harnest.call"
local listing = require "harnest.listing"

--- Counts resources: from the server's total if it sends one, else page by page. Arguments as for
-- api:list.
-- @return a whole number; or nil and an error
return function(client, place, ...)
  local query = call.query(...)
  local order = { pages = true, whole = true, prefetch = 0, concurrency = 1 }
  local pages = listing.of(client, query, order, "count: type", place)
  local count = 0
  while true do
    local page, err = pages:next()
    if page == nil then
      if err then
        return nil, err
      end
      return count
    end
    if page.total and not query.after then
      pages:close()
      return math.min(page.total, query.limit or page.total)
    end
    count = count + #page
  end
end

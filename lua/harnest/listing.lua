--- Iterators over resources and over pages: what `api:list` and `api:pages` return.

local core = require "harnest.core"
local wait = require "harnest.wait"

local closes_loops = _VERSION == "Lua 5.4"
local methods = core.listing_methods

--- The next item and its page; nil at the end; nil and an error.
local function take(listing)
  local item, page = core.take(listing)
  while item == false do
    wait.blocking(core.client_of(listing), core.listing_ready, listing)
    item, page = core.take(listing)
  end
  return item, page
end

--- Gives the next resource (of `api:pages`: the next page).
-- @return the resource and its page; nothing at the end; nil and an error object
methods.next = take

--- What a `for` loop calls: as `next`, but raises the error object.
local function step(listing)
  local item, page = take(listing)
  if item == nil and page ~= nil then
    error(page, 0)
  end
  return item, page
end

core.listing_metatable.__call = step

--- Calls `fn(resource, page)` for every resource (of `api:pages`: `fn(page)`). Raises the error object.
function methods.each(listing, fn)
  if type(fn) ~= "function" then
    error(("each: expected a function, got %s"):format(type(fn)), 2)
  end
  for item, page in listing do
    fn(item, page)
  end
end

local listing = {}

--- Begins a listing.
-- @param client  the client
-- @param order   table: url or refused, and of the query limit, after; prefetch, pages (boolean), deadline (seconds)
-- @return the iterator, in Lua 5.4 followed by what a `for` needs to close it
function listing.begin(client, order)
  local iterator = core.listing(client, order)
  if closes_loops then
    return iterator, nil, nil, iterator
  end
  return iterator
end

return listing

--- Iterators over resources and over pages: what `api:list` and `api:pages` return.

local core = require "harnest.core"
local array = require "harnest.array"
local scheduler = require "harnest.scheduler"

local closes_loops = _VERSION == "Lua 5.4"
local methods = core.listing_methods

local take_now = core.list_next

--- What was taken, or, where that is false, what there is after waiting.
local function see_to(listing, item, page)
  while item == false do
    scheduler.wait_until(core.client_of(listing), core.listing_ready, listing, core.listing_cancel)
    item, page = take_now(listing)
  end
  if scheduler.in_use then
    scheduler.yield_point(core.client_of(listing))
  end
  return item, page
end

--- The next item and its page; nil at the end; nil and an error.
local function take(listing)
  return see_to(listing, take_now(listing))
end

--- Gives the next resource (of `api:pages`: the next page).
-- @return the resource and its page; nothing at the end; nil and an error object
methods.next = take

--- What a `for` loop calls: as `next`, but raises the error object. Most often there is no waiting and no loop.
local function step(listing)
  local item, page = take_now(listing)
  if item and not scheduler.in_use then
    return item, page
  end
  item, page = see_to(listing, item, page)
  if item == nil and page ~= nil then
    error(page, 0)
  end
  return item, page
end

core.listing_metatable.__call = step

--- Calls `fn(resource, page)` for every resource (of `api:pages`: `fn(page)`). Raises the error object.
function methods.each(listing, fn)
  if type(fn) ~= "function" then
    core.usage_error("each: expected a function, got " .. type(fn))
  end
  while true do -- no `for`: in PUC Lua 5.1 a coroutine cannot wait within one
    local item, page = step(listing)
    if item == nil then
      return
    end
    fn(item, page)
  end
end

local close = methods.close

--- Stops it; what is under way is cancelled. Again is harmless. So does leaving a `for` in Lua 5.4.
function methods.close(listing)
  close(listing)
  if scheduler.in_use then
    scheduler.update_watch()
  end
end

core.listing_metatable.__close = methods.close

local listing = {}

--- An iterator, in Lua 5.4 followed by what a `for` needs to close it.
function listing.for_loop(iterator)
  if closes_loops then
    return iterator, nil, nil, iterator
  end
  return iterator
end

--- Begins a listing.
-- @param client  the client
-- @param query   a merged query
-- @param order   what core.listing takes beside URL and query: pages, prefetch, concurrency, whole; it is filled in
-- @param ...     the target: a type, path or link, and path segments to put behind it
-- @return as listing.for_loop
function listing.of(client, query, order, ...)
  local url, refused, bare_url = core.url(client, query, core.unwrap_view((...)), select(2, ...))
  order.url, order.refused = url or bare_url, refused
  order.limit, order.after = query.limit, query.after
  order.concurrency = order.concurrency or query.concurrency
  order.view = query.view
  order.exact = query.exact and query.filter or nil
  return listing.for_loop(core.listing(client, order))
end

--- Begins a listing and waits for its first page, which tells what the target is.
-- @return the iterator and whether it has a list (false: one resource or none); or nil, nil and an error
function listing.open(client, query, order, ...)
  local iterator = listing.of(client, query, order, ...)
  scheduler.wait_until(client, core.listing_ready, iterator, core.listing_cancel)
  local is_list = core.listing_is_list(iterator)
  if is_list == nil then
    local _, err = take(iterator)
    return nil, nil, err
  end
  return iterator, is_list
end

--- All that is left of an iterator in an array; or nil and an error, whose `partial` is what came before.
function listing.collect(iterator)
  local all = array.new {}
  while true do
    local resource, err = take(iterator)
    if resource == nil then
      if err then
        err.partial = all
        return nil, err
      end
      return all
    end
    all[#all + 1] = resource
  end
end

--- The first of an iterator, which ends with it; nil without one; or nil and an error.
function listing.only(iterator)
  local resource, page_or_err = take(iterator)
  iterator:close()
  if resource == nil then
    return nil, page_or_err
  end
  return resource
end

return listing

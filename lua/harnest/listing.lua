--- Iterators over resources and pages, as `api:list` and `api:pages` return them.

local core = require "harnest.core"
local array = require "harnest.array"
local callbacks = require "harnest.callbacks"
local scheduler = require "harnest.scheduler"

-- Whether `for` closes its fourth value. Lua 5.4 introduced that.
local for_closes = _VERSION == "Lua 5.4"
local methods = core.listing_methods

local list_next = core.list_next

--- Passes on what core.list_next returned: an item and its page, or the values of a row. Waits for
-- the next item first if it returned the listing itself, for "not ready".
-- @param waited  whether it was called after a wait
-- @param first   the first value that it returned
-- @param ...     the others
-- @return the item and its page, or the values; nil at the end; nil and an error
local function settle(listing, waited, first, ...)
  if waited then
    local client = core.client_of(listing)
    -- core.list_next may have requested the next page
    callbacks.serve_store(client, core.settings(client), listing, core.listing_cancel)
    if first == nil and (...) == nil and core.listing_is_closed(listing) then
      return nil, core.error("cancelled", "cancelled: the list was closed during the wait")
    end
  end
  if first == listing then
    scheduler.wait_until(core.client_of(listing), core.listing_ready, listing, core.listing_cancel)
    return settle(listing, true, list_next(listing))
  elseif scheduler.in_use and scheduler.yield_point(core.client_of(listing)) and first ~= nil then
    core.listing_cancel(listing)
    return nil, core.error("cancelled", "cancelled: the task that read the list was cancelled")
  end
  return first, ...
end

--- `list:next()`: returns the next resource; of `api:pages` the next page, of `api:rows` the values of
-- the next row.
-- @return the resource and its page, the page, or the values; nil at the end; nil and an error object
local function take(listing)
  return settle(listing, false, list_next(listing))
end

methods.next = take

--- Raises the error object that `take` has returned, or passes on what it has.
local function raise_failure(first, ...)
  if first == nil and (...) ~= nil then
    error((...), 0)
  end
  return first, ...
end

--- Steps a `for` loop over resources or pages: as `next`, but raises the error object. The usual
-- case, an item that is ready and no loop in use, comes first.
local function step(listing)
  local item, page = list_next(listing)
  if item and item ~= listing and not scheduler.in_use then
    return item, page
  end
  return raise_failure(settle(listing, false, item, page))
end

--- Passes on what core.list_next returned, as `step` does.
local function pass(listing, first, ...)
  if first == nil or first == listing or scheduler.in_use then
    return raise_failure(settle(listing, false, first, ...))
  end
  return first, ...
end

--- Steps a `for` loop over rows, whose number of values differs from list to list.
local function step_row(listing)
  return pass(listing, list_next(listing))
end

core.listing_metatable.__call = step
core.rows_metatable.__call = step_row

--- Calls `fn` with an item unless it is nil.
-- @return whether there was one
local function call_with(fn, first, ...)
  if first == nil then
    return false
  end
  fn(first, ...)
  return true
end

--- `list:each(fn)`: calls `fn(resource, page)` for each resource; of `api:pages` `fn(page)`, of
-- `api:rows` `fn(values…)`.
-- @param fn  function
-- Raises the error object if a request fails.
function methods.each(listing, fn)
  if type(fn) ~= "function" then
    core.usage_error("each: expected a function, got " .. core.describe(fn))
  end
  repeat -- not `for`: PUC Lua 5.1 cannot yield in a `for` loop's iterator
    local goes_on = call_with(fn, step_row(listing))
  until not goes_on
end

--- Returns an iterator; in Lua 5.4 with the further values by which `for` closes it.
local function for_loop(iterator)
  if for_closes then
    return iterator, nil, nil, iterator
  end
  return iterator
end

--- `list:rows(columns, options)`: makes an iterator over resources one over rows, as `api:rows` returns
-- it, from its next resource on. Columns that no resource has are nil.
-- @param columns  array of strings
-- @param options  table or nil: null (harnest.null) and lines, as in a query of `api:rows`; again (true: the
--                 first row is that of the resource taken last)
-- @return as listing.for_loop
-- Raises a usage error for an iterator over pages, for columns that are no paths, and for unknown options.
function methods.rows(iterator, columns, options)
  return for_loop(core.listing_rows(iterator, core.columns(columns), options))
end

local listing = { for_loop = for_loop }

--- Raises a usage error for a query with options that only rows have.
function listing.refuse_row_options(query)
  for _, name in ipairs { "missing", "null", "sparse", "lines" } do
    if query[name] ~= nil then
      core.usage_error(("query.%s: expected in api:rows only"):format(name))
    end
  end
end

--- Makes an iterator.
-- @param client  the client
-- @param query   a merged query
-- @param order   table: pages, prefetch, concurrency, whole, columns and what belongs to these, as
--                core.listing takes them; this function adds the URL and the query's options
-- @param what    string: the method and the target's name in usage errors, "list: type"
-- @param ...     the target: a type, path or link, and path segments to append
-- @return as listing.for_loop
function listing.of(client, query, order, what, ...)
  if not order.columns then
    listing.refuse_row_options(query)
  end
  local target = core.unwrap_view((...))
  local url, refused, bare_url = core.url(client, query, what, target, select(2, ...))
  order.url, order.refused = url or bare_url, refused
  order.limit, order.after = query.limit, query.after
  order.concurrency = order.concurrency or query.concurrency
  order.view = query.view
  order.exact = query.exact and query.filter or nil
  return listing.for_loop(core.listing(client, order))
end

--- Makes an iterator and waits for its first page. Arguments as for listing.of.
-- @return the iterator, and whether the primary data is an array (false: one resource or null); or
-- nil, nil and an error
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

--- Returns an array of the iterator's remaining items; or nil and an error, whose `partial` is an
-- array of the items before it.
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

--- Returns the next item and closes the iterator; nil if there is none; or nil and an error.
function listing.only(iterator)
  local resource, page_or_err = take(iterator)
  iterator:close()
  if resource == nil then
    return nil, page_or_err
  end
  return resource
end

return listing

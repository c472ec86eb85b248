--- Counts the resources of a list.
--
-- The first page is requested as the script asked for it. Most servers state the total there, and it
-- is all that they are asked for. If the server states none, and more pages follow, the list begins
-- again by large pages without fields. That is one request more than a large first page would need.
-- But a large first page would be in vain for servers that state the total, and some servers refuse
-- it. If large pages are refused, the list goes on after its first page.

local core = require "harnest.core"
local call = require "harnest.call"
local listing = require "harnest.listing"

local WHAT = "count: type"

-- Resources of a large page. The Harnest API grants no more.
local LARGE = 500

-- The errors of a large page that another size or other fields may avoid. Other errors are those of
-- the list.
local refusals = {
  bad_request = true, forbidden = true, not_found = true, conflict = true, invalid = true,
  client_error = true, server_error = true, protocol = true,
}

-- The rules of pagination by which the server itself states the next page. By the other ones,
-- harnest computes it, which is right only if the server grants the size that was requested.
local stated_by_server = { link = true, header = true, cursor = true, ["end"] = true }

--- Returns what a list is counted by, for listing.of.
-- @param began  core.now() time from which the client's deadline counts
local function order_of(began)
  return { pages = true, whole = true, prefetch = 0, concurrency = 1, began = began }
end

--- Counts the rest of a list, unless a page states the total.
-- @param pages  the iterator
-- @param count  the number of resources before `page`
-- @param page   the page that was read last; nil at the end
-- @param err    the error that came in place of a page
-- @return a whole number; or nil and an error
local function count_rest(pages, query, count, page, err)
  while page do
    if page.total and not query.after then
      pages:close()
      return math.min(page.total, query.limit or page.total)
    end
    count = count + #page
    page, err = pages:next()
  end
  if err then
    return nil, err
  end
  return count
end

--- Returns whether the list goes on for at least two pages like this one, as far as is known.
local function has_many_left(query, page)
  local left = math.huge
  if page.last and page.number then
    left = page.last - page.number
  end
  if query.limit and not query.exact and #page > 0 then
    left = math.min(left, math.ceil((query.limit - #page) / #page))
  end
  return left > 1
end

--- Returns the parameter by which the list can ask for larger pages; nil if it is unknown, or if
-- larger pages save nothing.
local function size_parameter(client, query, place, pages, page)
  local rule, next_path, granted, has_failed = core.listing_paging(pages)
  local can_state = core.dialect(client) == "harnest" or not query.exact or stated_by_server[rule]
  if query.after or not next_path or has_failed or not can_state or granted and granted >= LARGE
    or not has_many_left(query, page) then
    return nil
  end
  return core.page_size_name(core.url(client, query, WHAT, core.unwrap_view(place)), next_path)
end

--- Returns the empty fieldsets for the types of a page's resources; nil if a type is no plain name.
local function empty_fieldsets(page)
  local fields = {}
  for _, resource in ipairs(page.data) do
    local name = type(resource) == "table" and rawget(resource, "type")
    if type(name) ~= "string" or not name:find "^[%w_.-]+$" then
      return nil
    end
    fields[name] = {}
  end
  return fields
end

--- Returns the query without includes, and for no fields, if the place does not select fields itself
-- and no filter is compared with them.
local function without_fields(client, query, place, page)
  local brief = {}
  for name, value in pairs(query) do
    brief[name] = value
  end
  if query.exact then
    return brief
  end
  brief.include, brief.fields = nil, nil
  local selects_fields = core.url(client, brief, WHAT, core.unwrap_view(place)):find "fields[%[%%]"
  brief.fields = not selects_fields and empty_fieldsets(page) or nil
  return brief
end

--- Counts by large pages.
-- @param brief      the query without fields
-- @param parameter  string: the name of the parameter for the size
-- @param size       the size to ask for
-- @param first      number of resources of the list's own first page
-- @param began      as for order_of
-- @param is_granted boolean: whether a page before had this size
-- @return a whole number; nil and an error; or nil if large pages cannot be used
local function count_by(client, brief, place, parameter, size, first, began, is_granted)
  local query = core.query(brief, { params = { [parameter] = size } })
  local pages = listing.of(client, query, order_of(began), WHAT, place)
  local page, err = pages:next()
  if page == nil or #page == 0 or #page < first then -- the parameter means something else
    pages:close()
    return nil, err and not refusals[err.kind] and err or nil
  end
  local rule, next_path = core.listing_paging(pages)
  if next_path and #page < size and not query.exact and not stated_by_server[rule] then
    pages:close()
    if core.dialect(client) == "harnest" then
      return #page -- it grants what was requested, so this page is the last one
    elseif is_granted then
      return nil
    end
    return count_by(client, brief, place, parameter, #page, first, began, true)
  end
  return count_rest(pages, query, 0, page)
end

--- Counts resources: by the server's total if it states one, else by reading the list. Arguments as
-- for api:list.
-- @return a whole number; or nil and an error
return function(client, place, ...)
  local query, began = call.query(...), core.now()
  query.view = nil
  local pages = listing.of(client, query, order_of(began), WHAT, place)
  local page, err = pages:next()
  local parameter = page and not page.total and size_parameter(client, query, place, pages, page)
  if parameter then
    local size = math.min(LARGE, not query.exact and query.limit or LARGE)
    local brief = without_fields(client, query, place, page)
    local count, failure = count_by(client, brief, place, parameter, size, #page, began)
    if count then
      pages:close()
      return count
    elseif failure then
      pages:close()
      return nil, failure
    end
  end
  return count_rest(pages, query, 0, page, err)
end

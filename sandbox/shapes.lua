-- Page shapes: how the response of a list describes its pages. There is one entry for each kind of
-- server (see README.md). A shape may have: reader (how requests select pages, by number if nil),
-- max (largest page), known and page_keys (further parameters), plan(page) (changes the rows to
-- return), and describe(page). describe returns any of links, meta, top (members beside data), headers,
-- cursors (true: each resource has its cursor) and no_data (true: data is missing).

local json = require "cjson"
local paging = require "sandbox.paging"

local null = json.null
local readers = paging.readers
local shapes = {}

local function links_of(page)
  return { first = page:first(), last = page:last_link(), prev = page:prev(), next = page:next() }
end

local function change(links, how)
  local changed = {}
  for name, link in pairs(links) do changed[name] = how(link) end
  return changed
end

local function with_nulls(links)
  for _, name in ipairs { "first", "last", "prev", "next" } do links[name] = links[name] or null end
  return links
end

-- Changes the style of all names: "current_page" to "current-page" or "currentPage"
local function respell(members, how)
  local spelt = {}
  for name, value in pairs(members) do spelt[how(name)] = value end
  return spelt
end

local function dashed(name)
  return (name:gsub("_", "-"))
end

local function camel(name)
  return (name:gsub("_(%l)", string.upper))
end

local function only_meta(make)
  return { describe = function(page) return { meta = make(page) } end }
end

local function only_links(make)
  return { describe = function(page) return { links = make(page) } end }
end

-- Harnest, as its reference shows it: only the data
shapes.none = { describe = function() return {} end }

-- Plain JSON:API links

shapes.links = only_links(links_of)

shapes["links-relative"] = only_links(function(page)
  return change(links_of(page), function(link) return (link:gsub("^%w+://[^/]+", "")) end)
end)

shapes["links-query"] = only_links(function(page)
  return change(links_of(page), function(link) return link:match("%?.*$") end)
end)

shapes["links-object"] = only_links(function(page)
  return change(links_of(page), function(link) return { href = link, meta = { page = true } } end)
end)

shapes["links-null"] = only_links(function(page)
  return with_nulls(links_of(page))
end)

shapes["links-next-only"] = only_links(function(page)
  return { next = page:next() }
end)

-- Laravel

local function laravel_numbers(page)
  return {
    current_page = page.number, last_page = page.last, per_page = page.size, total = page.total,
    from = page.from or null, to = page.to or null,
  }
end

local function laravel_buttons(page)
  local buttons = { { url = page:prev() or null, label = "&laquo; Previous", active = false } }
  for number = 1, math.min(page.last, 10) do
    buttons[#buttons + 1] = {
      url = page:link((number - 1) * page.size), label = tostring(number), active = number == page.number,
    }
  end
  if page.last > 10 then buttons[#buttons + 1] = { url = null, label = "...", active = false } end
  buttons[#buttons + 1] = { url = page:next() or null, label = "Next &raquo;", active = false }
  return buttons
end

shapes.laravel = { describe = function(page)
  local meta = laravel_numbers(page)
  meta.path, meta.links = page.request.url, laravel_buttons(page)
  return { meta = meta, links = with_nulls(links_of(page)) }
end }

shapes["laravel-simple"] = { describe = function(page)
  local meta = laravel_numbers(page)
  meta.total, meta.last_page, meta.path = nil, nil, page.request.url
  local links = { first = page:first(), last = null, prev = page:prev() or null, next = page:next() or null }
  return { meta = meta, links = links }
end }

shapes["laravel-cursor"] = { reader = readers.laravel_cursor, describe = function(page)
  local links = { first = null, last = null, prev = page:prev() or null, next = page:next() or null }
  local before = page.offset > page.size and paging.cursor(page.offset - page.size)
  return { links = links, meta = {
    path = page.request.url, per_page = page.size,
    next_cursor = page.more and paging.cursor(page.to) or null, prev_cursor = before or null,
  } }
end }

shapes["laravel-cursor-meta-only"] = { reader = readers.laravel_cursor, describe = function(page)
  return { meta = { next_cursor = page.more and paging.cursor(page.to) or null } }
end }

shapes["laravel-raw"] = { reader = readers.raw, known = readers.raw.known, describe = function(page)
  local top = laravel_numbers(page)
  top.path, top.links = page.request.url, laravel_buttons(page)
  top.first_page_url, top.last_page_url = page:first(), page:last_link()
  top.next_page_url, top.prev_page_url = page:next() or null, page:prev() or null
  return { top = top }
end }

shapes["laravel-meta-only"] = only_meta(laravel_numbers)

shapes["meta-camel"] = only_meta(function(page)
  return respell(laravel_numbers(page), camel)
end)

shapes["meta-page"] = only_meta(function(page)
  return { page = respell(laravel_numbers(page), camel) }
end)

shapes["meta-page-snake"] = only_meta(function(page)
  return { page = laravel_numbers(page) }
end)

shapes["meta-page-dash"] = only_meta(function(page)
  return { page = respell(laravel_numbers(page), dashed) }
end)

shapes["laravel-json-api-cursor"] = { reader = readers.after_limit, describe = function(page)
  return { meta = { page = {
    hasMore = page.more, perPage = page.size,
    from = paging.cursor(page.from) or null, to = paging.cursor(page.to) or null,
  } } }
end }

-- Other servers, by number

local function pagination(make)
  return only_meta(function(page) return { pagination = make(page) } end)
end

shapes.django = pagination(function(page)
  return { page = page.number, pages = page.last, count = page.total }
end)

local function terraform(page)
  return {
    ["current-page"] = page.number, ["page-size"] = page.size,
    ["total-pages"] = page.last, ["total-count"] = page.total,
    ["next-page"] = page.more and page.number + 1 or null, ["prev-page"] = page.number > 1 and page.number - 1 or null,
  }
end

shapes.terraform = pagination(terraform)

shapes["next-number-only"] = pagination(function(page)
  return { ["next-page"] = terraform(page)["next-page"] }
end)

shapes.productive = only_meta(function(page)
  return {
    current_page = page.number, total_pages = page.last, total_count = page.total,
    page_size = page.size, max_page_size = 500,
  }
end)

shapes.stas = pagination(function(page)
  return {
    current = page.number, next = page.more and page.number + 1 or nil, last = page.last, records = page.total,
    prev = page.number > 1 and page.number - 1 or nil, first = page.number > 1 and 1 or nil,
  }
end)

local function resources_counts(page)
  return { ["record-count"] = page.total, ["page-count"] = page.last }
end

shapes["resources-count"] = only_meta(resources_counts)
shapes.jadnc = only_meta(function(page) return { total = page.total } end)

shapes.elide = only_meta(function(page)
  return { page = { number = page.number, limit = page.size, totalPages = page.last, totalRecords = page.total } }
end)
shapes.elide.page_keys = { totals = true }

shapes.graphiti = only_meta(function(page)
  return { stats = { total = { count = page.total } } }
end)
shapes.graphiti.known = { ["stats[total]"] = true }

shapes["zero-based"] = { reader = readers.zero, describe = function(page)
  return { meta = { page = {
    number = page.number - 1, size = page.size, totalPages = page.last, totalElements = page.total,
  } } }
end }

-- Other servers, by offset

local function by_offset(shape)
  shape.reader = readers.offset
  return shape
end

shapes["django-offset"] = by_offset(pagination(function(page)
  return { count = page.total, limit = page.size, offset = page.offset }
end))
shapes["resources-offset"] = by_offset(only_meta(resources_counts))
shapes.crnk = by_offset(only_meta(function(page) return { totalResourceCount = page.total } end))
shapes.kitsu = by_offset(only_meta(function(page) return { count = page.total } end))

shapes.drupal = { reader = readers.offset, max = 50, describe = function(page)
  return {
    meta = { count = page.total },
    links = change({ next = page:next(), prev = page:prev() }, function(link) return { href = link } end),
  }
end }

-- Servers whose parameters are not those of the family page

local function with_parameters(reader, describe)
  return { reader = reader, known = reader.known, describe = describe }
end

shapes.strapi = with_parameters(readers.strapi, function(page)
  local members = { page = page.number, pageSize = page.size, pageCount = page.last, total = page.total }
  return { meta = { pagination = members } }
end)

shapes.pagerduty = with_parameters(readers.plain_offset, function(page)
  return { top = { offset = page.offset, limit = page.size, more = page.more } }
end)

shapes.google = with_parameters(readers.token, function(page)
  return { top = { nextPageToken = page.more and paging.cursor(page.to) or "" } }
end)

shapes.treasury = only_links(function(page)
  local following = ("&page%%5Bnumber%%5D=%d&page%%5Bsize%%5D=%d"):format(page.number + 1, page.size)
  return { next = page.more and following or null }
end)

-- The standard's cursor profile

shapes["cursor-profile"] = { reader = readers.after_size, describe = function(page)
  return {
    cursors = true, meta = { page = { total = page.total } },
    links = { prev = page:prev() or null, next = page:next() or null },
  }
end }

-- Nothing in the body

shapes["link-header"] = { describe = function(page)
  local links = {}
  for _, name in ipairs { "first", "last", "prev", "next" } do
    local link = links_of(page)[name]
    if link then links[#links + 1] = "<" .. link .. '>; rel="' .. name .. '"' end
  end
  return { headers = {
    Link = table.concat(links, ", "), ["X-Total"] = page.total, ["X-Total-Pages"] = page.last,
  } }
end }

shapes["cursor-header"] = with_parameters(readers.plain_cursor, function(page)
  return { headers = { ["X-Next-Cursor"] = page.more and paging.cursor(page.to) or nil } }
end)

-- Misbehaviour

shapes["ignores-page"] = {
  plan = function(page) page.offset = 0 end,
  describe = function() return {} end,
}

shapes.unpaged = {
  plan = function(page) page.offset, page.asked, page.take = 0, 0, page.total end,
  describe = function() return {} end,
}

shapes.stuck = {
  plan = function(page) page.offset, page.number = 0, 1 end,
  describe = function(page) return { meta = laravel_numbers(page) } end,
}

shapes["bad-next"] = only_links(function()
  return { next = "http://" }
end)

shapes["http-next"] = only_links(function(page)
  return { next = page.more and page:next():gsub("^https:", "http:") or nil }
end)

local other_names = { ["127.0.0.1"] = "localhost", localhost = "127.0.0.1" }

shapes["other-host"] = only_links(function(page)
  return { next = page.more and page:next():gsub("^(%w+://)([%w.]+)", function(scheme, host)
    return scheme .. (other_names[host] or "localhost")
  end) or nil }
end)

shapes["loop-abab"] = only_links(function(page)
  return { next = page:link(page.number % 2 * page.size) }
end)

shapes["loop-self"] = only_links(function(page)
  return { next = page:link(page.asked) }
end)

shapes["empty-middle"] = {
  plan = function(page) -- page 2 is empty, and page 3 continues after page 1
    if page.number == 2 then page.take = 0 end
    if page.number > 2 then page.offset = page.asked - page.size end
  end,
  describe = function(page) return { links = { next = page:next() } } end,
}

shapes["short-middle"] = {
  plan = function(page) -- page 2 is half full, and page 3 continues after it
    local half = math.ceil(page.size / 2)
    if page.number == 2 then page.take = half end
    if page.number > 2 then page.offset = page.asked - page.size + half end
  end,
  describe = function(page) return { links = { next = page:next() } } end,
}

shapes["no-data"] = { describe = function(page)
  return { no_data = true, meta = laravel_numbers(page) }
end }

return shapes

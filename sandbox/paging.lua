-- Determines the requested part of a list and the URLs of its other parts. A "reader" is a way to
-- select pages by query parameters.

local problem = require "sandbox.problem"
local query = require "sandbox.query"

local paging = {}

local DEFAULT_SIZE, DEFAULT_MAX = 15, 500
local PROFILE = "https://jsonapi.org/profiles/ethanresnick/cursor-pagination/"

-- A reader has: keys (of the page family), known (other parameters), read(ask) -> offset, size, and
-- write(offset, size) -> {name, value, name, value}. `ask.number(name, default, least)` returns a
-- checked number, `ask.size(name)` a checked page size, `ask.text(name)` the raw value.
local readers = {}
paging.readers = readers

local function numbered(number_name, size_name, first)
  return {
    read = function(ask)
      local size = ask.size(size_name)
      return (ask.number(number_name, first, first) - first) * size, size
    end,
    write = function(offset, size)
      return { number_name, math.floor(offset / size) + first, size_name, size }
    end,
  }
end

readers.number = numbered("page[number]", "page[size]", 1)
readers.number.keys = { number = true, size = true }

readers.zero = numbered("page[number]", "page[size]", 0)
readers.zero.keys = { number = true, size = true }

readers.raw = numbered("page", "per_page", 1)
readers.raw.keys, readers.raw.known = {}, { page = true, per_page = true }

readers.strapi = numbered("pagination[page]", "pagination[pageSize]", 1)
readers.strapi.keys, readers.strapi.known = {}, { ["pagination[page]"] = true, ["pagination[pageSize]"] = true }

local function by_offset(offset_name, limit_name)
  return {
    read = function(ask)
      return ask.number(offset_name, 0, 0), ask.size(limit_name)
    end,
    write = function(offset, size)
      return { offset_name, offset, limit_name, size }
    end,
  }
end

readers.offset = by_offset("page[offset]", "page[limit]")
readers.offset.keys = { offset = true, limit = true }

readers.plain_offset = by_offset("offset", "limit")
readers.plain_offset.keys, readers.plain_offset.known = {}, { offset = true, limit = true }

-- Returns an opaque cursor for a position in the list; 1 is the first resource. Cursors need
-- percent-encoding.
function paging.cursor(position)
  return position and ngx.encode_base64("sandbox?>" .. position)
end

local function position_of(parameter, cursor)
  local text = ngx.decode_base64(cursor)
  return tonumber(text and text:match("^sandbox%?>(%d+)$")) or problem.parameter(parameter, "bad cursor: " .. cursor)
end

local function by_cursor(after, before, size_name)
  return {
    keys = { [after] = true, [before or after] = true, [size_name] = true },
    read = function(ask)
      local size = ask.size("page[" .. size_name .. "]")
      local from, to = ask.text("page[" .. after .. "]"), before and ask.text("page[" .. before .. "]")
      if from and to then ask.refuse_range("page[" .. before .. "]") end
      if to then
        local position = position_of("page[" .. before .. "]", to)
        local offset = math.max(0, position - 1 - size)
        return offset, size, position - 1 - offset
      end
      return from and position_of("page[" .. after .. "]", from) or 0, size
    end,
    write = function(offset, size)
      local list = { "page[" .. size_name .. "]", size }
      if offset > 0 then list[3], list[4] = "page[" .. after .. "]", paging.cursor(offset) end
      return list
    end,
  }
end

local function by_token(token_name, size_name)
  return {
    keys = {}, known = { [token_name] = true, [size_name] = true },
    read = function(ask)
      local token = ask.text(token_name)
      return token and token ~= "" and position_of(token_name, token) or 0, ask.size(size_name)
    end,
    write = function(offset, size)
      return { token_name, paging.cursor(offset), size_name, size }
    end,
  }
end

readers.token = by_token("pageToken", "pageSize")
readers.plain_cursor = by_token("cursor", "limit")

readers.laravel_cursor = by_cursor("cursor", nil, "size")
readers.after_limit = by_cursor("after", "before", "limit")
readers.after_size = by_cursor("after", "before", "size")

-- Returns the members of an error of the cursor profile if the knob errors/cursor-profile is set,
-- else nil.
function paging.profile_error(request, name, meta)
  if not request.knobs.profile_errors then return nil end
  return { links = { type = { PROFILE .. name } }, meta = meta }
end

local page_methods = {}
local page_class = { __index = page_methods }

local function is_page_parameter(reader, name)
  return name:find("^page%[") or reader.known and reader.known[name]
end

-- Returns the URL of the page that starts after `offset` resources.
function page_methods:link(offset)
  local parts = {}
  for _, parameter in ipairs(query.pairs(self.request.query_text)) do
    if not is_page_parameter(self.reader, parameter[1]) then
      parts[#parts + 1] = query.escape(parameter[1]) .. "=" .. query.escape(parameter[2])
    end
  end
  local written = self.reader.write(offset, self.size)
  for i = 1, #written, 2 do parts[#parts + 1] = query.escape(written[i]) .. "=" .. query.escape(written[i + 1]) end
  return self.request.url .. "?" .. table.concat(parts, "&")
end

function page_methods:next()
  return self.more and self:link(self.asked + self.size) or nil
end

function page_methods:prev()
  return self.asked > 0 and self:link(math.max(0, self.asked - self.size)) or nil
end

function page_methods:first()
  return self:link(0)
end

function page_methods:last_link()
  return self:link((self.last - 1) * self.size)
end

-- Returns the page that `request` selects from `total` resources. `offset` and `take` are the rows
-- to return. `asked` is the requested offset; it differs from `offset` if a shape misbehaves.
function paging.page(request, total)
  local shape, parsed = request.knobs.shape, request.query
  local reader = shape.reader or readers.number
  for key, value in pairs(parsed.page) do
    if not (reader.keys[key] or shape.page_keys and shape.page_keys[key]) or type(value) == "table" then
      problem.parameter("page[" .. key .. "]", "unsupported page parameter")
    end
  end
  local ask = {}
  function ask.text(name)
    local key = name:match("^page%[(.*)%]$")
    if key then return parsed.page[key] end
    return parsed.others[name]
  end
  function ask.number(name, default, least)
    local text = ask.text(name)
    if not text then return default end
    local number = text:find("^%d+$") and tonumber(text)
    if not number or number < least or number > 1e9 then
      problem.parameter(name, "expected a whole number from " .. least .. ": " .. text,
        paging.profile_error(request, "invalid-parameter-value"))
    end
    return number
  end
  function ask.size(name)
    local size, most = ask.number(name, DEFAULT_SIZE, 1), request.knobs.max or shape.max or DEFAULT_MAX
    local more = paging.profile_error(request, "max-size-exceeded", { page = { maxSize = most } })
    if more and size > most then problem.parameter(name, "pages have at most " .. most .. " resources", more) end
    return math.min(size, most)
  end
  function ask.refuse_range(name)
    local more = paging.profile_error(request, "range-pagination-not-supported")
    if more then problem.parameter(name, "after and before cannot be combined", more) end
  end
  local offset, size, take = reader.read(ask)
  local page = setmetatable({
    request = request, reader = reader, total = total,
    offset = offset, asked = offset, size = size, take = take or size,
    number = math.floor(offset / size) + 1, last = math.max(1, math.ceil(total / size)),
  }, page_class)
  if shape.plan then shape.plan(page) end
  page.count = math.max(0, math.min(page.take, total - page.offset))
  page.more = page.offset + page.count < total and page.offset < total
  page.from = page.count > 0 and page.offset + 1 or nil
  page.to = page.count > 0 and page.offset + page.count or nil
  return page
end

return paging

--- What api:describe returns, as text: several lines for a REPL.

local core = require "harnest.core"

local description = {}

local class = { __name = "harnest.description" }

local EXAMPLE_WIDTH = 40 -- characters

-- How messages call each rule by which a list goes on; see struct pagination.
local rules = {
  link = "by a link in the body",
  header = "by the header Link",
  cursor = "by a cursor",
  ["end"] = "the server states that there are no more",
  number = "by the number of the page",
  total = "by the total",
  guess = "nothing is stated: by number or offset until a page is empty or short",
}

--- Returns the number of characters of a UTF-8 string.
local function width(text)
  return #text:gsub("[\128-\191]", "")
end

--- Shortens a text to a number of characters.
local function cut(text, most)
  if width(text) <= most then
    return text
  end
  local characters = {}
  for character in text:gmatch "[%z\1-\127\192-\255][\128-\191]*" do
    characters[#characters + 1] = character
    if #characters == most - 3 then
      break
    end
  end
  return table.concat(characters) .. "..."
end

--- Returns a name as it is shown: in quotes if it has control characters.
local function shown(name)
  return cut(name:find "%c" and core.encode(name, "plain", "name") or name, EXAMPLE_WIDTH)
end

local function shown_list(names)
  local texts = {}
  for i, name in ipairs(names) do
    texts[i] = shown(name)
  end
  return table.concat(texts, ", ")
end

--- Appends rows of texts to `lines`, with aligned columns.
local function add_rows(lines, rows)
  local widths = {}
  for _, row in ipairs(rows) do
    for i, text in ipairs(row) do
      widths[i] = math.max(widths[i] or 0, width(text))
    end
  end
  for _, row in ipairs(rows) do
    local cells = {}
    for i, text in ipairs(row) do
      cells[i] = text .. (" "):rep(widths[i] - width(text))
    end
    lines[#lines + 1] = ("  " .. table.concat(cells, "  ")):gsub("%s+$", "")
  end
end

--- Appends a title and a row for each member, in order of the names; nothing if there is none.
-- @param row_of  function: returns the row of a member, without its name
local function add_section(lines, title, members, row_of)
  local names, rows = {}, {}
  for name in pairs(members) do
    names[#names + 1] = name
  end
  table.sort(names)
  for i, name in ipairs(names) do
    rows[i] = row_of(members[name])
    table.insert(rows[i], 1, shown(name))
  end
  if #rows > 0 then
    lines[#lines + 1] = title
    add_rows(lines, rows)
  end
end

local function attribute_row(attribute)
  local nulls = attribute.nulls > 0 and ("%.0f %% null"):format(attribute.nulls * 100) or ""
  local example = ""
  if attribute.example ~= nil then
    example = cut(core.encode(attribute.example, "plain", "example"), EXAMPLE_WIDTH)
  end
  return { table.concat(attribute.types, ", "), nulls, example }
end

local function relationship_row(relationship)
  local included = ""
  if relationship.identifiers > 0 then
    included = relationship.included == 0 and "not included"
      or ("%d of %d included"):format(relationship.included, relationship.identifiers)
  end
  return { relationship.to and "to " .. relationship.to or "no data", shown_list(relationship.types), included }
end

--- Appends how the list goes on.
local function add_paging(lines, paging)
  local last = paging.last and (" of %d"):format(paging.last) or ""
  local rows = { { "rule", rules[paging.rule] or "none" }, { "page", ("%d%s"):format(paging.number, last) } }
  local optional = {
    { "size", paging.size and ("%d"):format(paging.size) },
    { "total", paging.total and ("%d"):format(paging.total) },
    { "next", paging.next },
    { "problem", paging.problem },
  }
  for i = 1, 4 do
    if optional[i][2] then
      rows[#rows + 1] = optional[i]
    end
  end
  lines[#lines + 1] = "pages"
  add_rows(lines, rows)
end

--- Describes one page in several lines.
function class.__tostring(self)
  local types = #self.types > 0 and shown_list(self.types) or "no type"
  local lines = { ("%s: %d on this page"):format(types, self.count) }
  add_section(lines, "attributes", self.attributes, attribute_row)
  add_section(lines, "relationships", self.relationships, relationship_row)
  if self.paging then
    add_paging(lines, self.paging)
  end
  return table.concat(lines, "\n")
end

--- Makes a table a description.
function description.new(self)
  return setmetatable(self, class)
end

return description

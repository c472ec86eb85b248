--- One JSON:API document of a list of any number of pages: data, included (each resource once), and
-- meta of the first page.

local harnest = require "harnest"
local json = require "harnest.cli.format.json"
local writer = require "harnest.cli.writer"

local document = {}

--- Makes the functions of the format: value(resource), page(page), finish().
function document.new()
  local format = { pause = writer.flush }
  local first_page, included, known = nil, {}, {}
  local last

  --- Takes what a page has beside its resources.
  function format.page(page)
    first_page = first_page or { meta = page.meta, jsonapi = page.jsonapi }
    for _, resource in ipairs(type(page.included) == "table" and page.included or {}) do
      local key = ("%s %s"):format(tostring(resource.type), tostring(resource.id))
      if not known[key] then
        known[key] = true
        included[#included + 1] = harnest.encode(resource)
      end
    end
  end

  --- Writes a resource, when the next one comes.
  function format.value(resource)
    writer.write(last and last .. ",\n" or '{"data":[\n')
    last = harnest.encode(resource)
  end

  function format.finish()
    local parts = { last and last .. "\n]" or '{"data":[]' }
    if #included > 0 then
      parts[#parts + 1] = ',\n"included":[\n' .. table.concat(included, ",\n") .. "\n]"
    end
    for _, name in ipairs { "meta", "jsonapi" } do
      local value = first_page and first_page[name]
      if value ~= nil then
        parts[#parts + 1] = (',\n"%s":%s'):format(name, harnest.encode(value))
      end
    end
    writer.write(table.concat(parts), "}\n")
  end

  return format
end

--- Writes a whole document, indented.
function document.write(contents)
  json.single().value(contents)
end

return document

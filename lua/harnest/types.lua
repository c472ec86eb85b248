--- The collections that a server names in its root document.

local array = require "harnest.array"
local call = require "harnest.call"
local core = require "harnest.core"

-- Links of a document that lead to no collection. JSON:API 1.1, 7.1, and those of pagination.
local other_links = {
  self = true, related = true, describedby = true, first = true, last = true, prev = true, next = true,
}

local ADVICE = "; the server has no root document that names its types"

--- Returns the URL of a link; nil if it is none.
local function href_of(link)
  link = core.unwrap_view(link)
  local href = type(link) == "table" and link.href or link
  return type(href) == "string" and href or nil
end

--- Adds advice to the error of a request of a root document, unless the server could not be asked.
local function advised(err)
  local is_answer = err.kind == "not_found" or err.kind == "bad_request" or err.kind == "client_error"
    or err.kind == "protocol"
  if is_answer then
    err.message = err.message .. ADVICE
  end
  return err
end

--- Reads the names of the server's collections from the links of its root document, which is at the
-- base URL. JSON:API specifies no such document; some servers, Drupal for example, have one.
-- @param client  the client
-- @return an array, in the order of the names, of tables {name =, href =}: link objects, which calls
-- take instead of a type; or nil and an error
return function(client)
  local base = core.settings(client).base
  local document, answer = call.ask(client, {}, {}, "types", { href = base })
  if not document then
    return nil, advised(answer)
  end
  local found, links = array.new {}, document ~= true and document.links
  for name, link in pairs(type(links) == "table" and links or {}) do
    local href = href_of(link)
    local url = href and type(name) == "string" and core.resolve(answer.url, href)
    if url and not other_links[name] and core.is_under_base(client, url) and url:gsub("/$", "") ~= base then
      found[#found + 1] = { name = name, href = url }
    end
  end
  if #found == 0 then
    return nil, core.error("protocol", "protocol: types: GET " .. core.excerpt(base)
      .. ": no links below this URL" .. ADVICE)
  end
  table.sort(found, function(a, b)
    return a.name < b.name
  end)
  return found
end

-- Makes one collection the image of another: creates what is missing, updates what differs by as little as can be,
-- deletes what is no longer there. A second run sends nothing.
--   HARNEST_URL=… HARNEST_TOKEN=… lua5.4 mirror.lua FROM TO
-- Both have the same attributes and relationships; the resources of TO carry the ids of those of FROM, so its server
-- must take ids from clients. With TO_URL and TO_TOKEN in the environment, TO is on another server.

local harnest = require "harnest"

local from, to = arg[1], arg[2]
if not to then
  io.stderr:write "usage: mirror.lua FROM TO\n"
  os.exit(2)
end

local source = harnest.new {}
local destination = source
if os.getenv "TO_URL" then
  destination = harnest.new { url = os.getenv "TO_URL", token = assert(os.getenv "TO_TOKEN", "TO_TOKEN is missing") }
end

local PAGES = { page = { size = 100 } }
local counts = { created = 0, updated = 0, deleted = 0, unchanged = 0 }

-- A resource as it is to be: of the other type, without what is the server's own.
local function image_of(resource)
  return { type = to, id = resource.id, attributes = resource.attributes, relationships = resource.relationships }
end

local existing = {}
for resource in destination:list(to, PAGES) do
  existing[resource.id] = resource
end

for resource in source:list(from, PAGES) do
  local image, present = image_of(resource), existing[resource.id]
  existing[resource.id] = nil
  if not present then
    assert(destination:create(to, image))
    counts.created = counts.created + 1
  else
    local update = harnest.changes(present, image)
    if update then
      assert(destination:update(present, update))
    end
    counts[update and "updated" or "unchanged"] = counts[update and "updated" or "unchanged"] + 1
  end
end

for _, resource in pairs(existing) do
  assert(destination:delete(resource))
  counts.deleted = counts.deleted + 1
end

print(("%d created, %d updated, %d deleted, %d unchanged"):format(counts.created, counts.updated, counts.deleted,
  counts.unchanged))

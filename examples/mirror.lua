-- Makes one collection a copy of another: creates missing resources, updates changed ones with the
-- smallest update, and deletes surplus ones. A second run sends no writes.
--   HARNEST_URL=… HARNEST_TOKEN=… lua5.4 mirror.lua FROM TO
-- Both collections have the same attributes and relationships. Resources of TO get the ids of those
-- of FROM, so the server of TO must accept client ids. If TO_URL and TO_TOKEN are set in the
-- environment, TO is on that server.

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

-- Returns the resource to write: with the type of TO, without links and meta of the server.
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

--- The commands link, unlink and replace, which change relationships.

local harnest = require "harnest"
local failure = require "harnest.cli.failure"
local fields = require "harnest.cli.fields"
local resource_path = require "harnest.cli.resource_path"
local settings = require "harnest.cli.settings"
local single = require "harnest.cli.single"
local write_result = require "harnest.cli.write_result"

local linking = {}

--- Returns the resource, the relationship's name, and the texts that name its targets.
local function parts_of(options)
  local resource, rest = resource_path.target(options, options.targets)
  local name = table.remove(rest, 1)
  if not name then
    failure.usage "NAME: expected the name of a relationship, got nothing"
  end
  if resource.links then
    local link = resource.links.self .. "/relationships/" .. name
    resource.relationships = { [name] = { links = { self = link } } }
  end
  return resource, name, rest
end

--- Returns the linkage of all targets: null for none, an identifier for one, an array for several
-- and for a text with a comma, such as "people/3,".
function linking.linkage(texts)
  if #texts <= 1 then
    return fields.linkage(texts[1] or "", "TYPE/ID")
  end
  return fields.linkage(table.concat(texts, ","), "TYPE/ID")
end

--- Returns the same as an array.
function linking.identifiers(texts)
  local linkage = linking.linkage(texts)
  if linkage == harnest.null then
    failure.usage "TYPE/ID: expected at least one resource, such as people/3, got nothing"
  end
  return harnest.is_array(linkage) and linkage or harnest.array { linkage }
end

--- Runs a command.
-- @param options  table: the parsed options
-- @param method   "add", "remove" or "replace": of the relationship object
-- @param read     function from an array of texts to a linkage
function linking.run(options, method, read)
  write_result.check(options)
  local resource, name, texts = parts_of(options)
  local linkage, api = read(texts), settings.client(options)
  local relationship = api:relationship(resource, name)
  local result = write_result.wait(api, relationship[method](relationship, linkage))
  if type(result) == "table" then
    local place = resource.links and resource.links.self or resource.type .. "/" .. resource.id
    write_result.output(("changed %s of %s"):format(name, place), function()
      single.linkage(result, options)
    end)
  end
end

return linking

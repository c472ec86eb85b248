-- The sandbox's resource types. Every attribute's column holds the JSON text of its value, so that nothing is lost;
-- a to-one relationship is a column with the target's id; a to-many one reads its targets through a table.
-- `inline` to-many relationships carry their linkage always, the others only when they are included.
-- A `writable` type takes writes; an attribute that is `required` must be a text that says something.

local function one(name, type)
  return { name = name, type = type }
end

local function many(name, type, through, inline)
  return { name = name, type = type, many = true, through = through, inline = inline }
end

-- What contracts and drafts have in common; `signers` is the table of their signers, `from` its column for them
local function agreement(signers, from)
  return {
    writable = true,
    attributes = {
      { "title", "text", required = true }, { "status", "number" }, { "amount", "number" }, { "big", "number" },
      { "tags", "json" }, { "details", "json" }, { "archived", "boolean", default = "false" }, { "note", "text" },
      { "created_at", "text" },
    },
    relationships = {
      one("owner", "people"),
      one("company", "companies"),
      many("signers", "people", { table = signers, from = from, to = "person", order = "position" }, true),
    },
  }
end

local types = {
  contracts = agreement("contract_signers", "contract"),
  drafts = agreement("draft_signers", "draft"),
  people = {
    writable = true,
    attributes = { { "name", "text", required = true }, { "email", "text" } },
    relationships = {
      one("company", "companies"),
      one("manager", "people"),
      many("contracts", "contracts", { table = "contracts", from = "owner", to = "id", order = "id" }),
    },
  },
  companies = {
    writable = true,
    attributes = { { "name", "text", required = true }, { "country", "text" }, { "founded", "number" } },
    relationships = {
      many("people", "people", { table = "people", from = "company", to = "id", order = "id" }),
    },
  },
  empties = {
    attributes = { { "name", "text" } },
    relationships = {},
  },
  bulk = { -- made on the fly, see bulk.lua
    generated = true,
    attributes = {
      { "title", "text" }, { "status", "number" }, { "amount", "number" }, { "tags", "json" },
      { "archived", "boolean" }, { "note", "text" }, { "created_at", "text" }, { "text", "text" },
    },
    relationships = { one("owner", "people") },
  },
}

types.drafts.client_ids = true -- whoever creates one may choose its id

for name, type in pairs(types) do
  type.name, type.attribute, type.relationship = name, {}, {}
  for _, attribute in ipairs(type.attributes) do
    attribute.name, attribute.kind = attribute[1], attribute[2]
    type.attribute[attribute.name] = attribute
  end
  for _, relationship in ipairs(type.relationships) do
    type.relationship[relationship.name], relationship.from = relationship, type
    local through = relationship.through
    if through then through.joins = through.to ~= "id" end -- else they are named by a column of their own table
  end
end

return types

-- The resource types of the sandbox. The column of an attribute has the JSON text of its value, so
-- nothing is lost. A to-one relationship is a column with the id of its target. A to-many
-- relationship reads its targets `through` a table. Resources always contain the linkage of an
-- `inline` to-many relationship, and of others only if they are included. A `writable` type accepts
-- writes. A `required` attribute must be a text that is not empty.

local function one(name, type)
  return { name = name, type = type }
end

local function many(name, type, through, inline)
  return { name = name, type = type, many = true, through = through, inline = inline }
end

-- Returns the type of contracts and drafts. `signers` is the table of the signers, `from` its
-- column for the contract or draft.
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
  bulk = { -- computed, see bulk.lua
    generated = true,
    attributes = {
      { "title", "text" }, { "status", "number" }, { "amount", "number" }, { "tags", "json" },
      { "archived", "boolean" }, { "note", "text" }, { "created_at", "text" }, { "text", "text" },
    },
    relationships = { one("owner", "people") },
  },
}

types.drafts.client_ids = true -- clients may choose the id

for name, type in pairs(types) do
  type.name, type.attribute, type.relationship = name, {}, {}
  for _, attribute in ipairs(type.attributes) do
    attribute.name, attribute.kind = attribute[1], attribute[2]
    type.attribute[attribute.name] = attribute
  end
  for _, relationship in ipairs(type.relationships) do
    type.relationship[relationship.name], relationship.from = relationship, type
    local through = relationship.through
    if through then through.joins = through.to ~= "id" end -- otherwise the targets' own table has the column
  end
end

return types

-- The sandbox's resource types. Every attribute's column holds the JSON text of its value, so that nothing is lost;
-- a to-one relationship is a column with the target's id; a to-many one reads its targets through a table.
-- `inline` to-many relationships carry their linkage always, the others only when they are included.

local function one(name, type)
  return { name = name, type = type }
end

local function many(name, type, through, inline)
  return { name = name, type = type, many = true, through = through, inline = inline }
end

local types = {
  contracts = {
    attributes = {
      { "title", "text" }, { "status", "number" }, { "amount", "number" }, { "big", "number" }, { "tags", "json" },
      { "details", "json" }, { "archived", "boolean" }, { "note", "text" }, { "created_at", "text" },
    },
    relationships = {
      one("owner", "people"),
      one("company", "companies"),
      many("signers", "people", {
        table = "contract_signers", from = "contract", to = "person", order = "position",
      }, true),
    },
  },
  people = {
    attributes = { { "name", "text" }, { "email", "text" } },
    relationships = {
      one("company", "companies"),
      one("manager", "people"),
      many("contracts", "contracts", { table = "contracts", from = "owner", to = "id", order = "id" }),
    },
  },
  companies = {
    attributes = { { "name", "text" }, { "country", "text" }, { "founded", "number" } },
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

for name, type in pairs(types) do
  type.name, type.attribute, type.relationship = name, {}, {}
  for _, attribute in ipairs(type.attributes) do
    attribute.name, attribute.kind = attribute[1], attribute[2]
    type.attribute[attribute.name] = attribute
  end
  for _, relationship in ipairs(type.relationships) do
    type.relationship[relationship.name] = relationship
  end
end

return types

-- Fills a new SQLite database with the initial resources of a sandbox: seed.lua DATABASE

package.path = arg[0]:gsub("sandbox/seed%.lua$", "?.lua;") .. package.path -- luacheck: ignore 122 (for the schema)

local sqlite = require "luasql.sqlite3"
local types = require "sandbox.schema"

local CONTRACTS, PEOPLE, COMPANIES = 2000, 120, 40

local connection = assert(sqlite.sqlite3():connect((assert(arg[1], "usage: seed.lua DATABASE"))))

local function execute(sql)
  return assert(connection:execute(sql))
end

local function quote(text)
  return "'" .. text:gsub("'", "''") .. "'"
end

local escapes = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\t"] = "\\t" }

local function json(text) -- a Lua string as JSON text
  return '"' .. text:gsub('["\\\n\t]', escapes) .. '"'
end

local function pick(list, i)
  return list[i % #list + 1]
end

local function create_tables()
  for name, type in pairs(types) do
    if not type.generated then
      local columns = { "id PRIMARY KEY NOT NULL" } -- a number, or a text that a client chose
      for _, attribute in ipairs(type.attributes) do
        columns[#columns + 1] = attribute.name .. " TEXT NOT NULL DEFAULT " .. quote(attribute.default or "null")
      end
      for _, relationship in ipairs(type.relationships) do
        if not relationship.many then columns[#columns + 1] = relationship.name end
        local through = relationship.through
        if through and through.joins then
          execute(("CREATE TABLE %s (%s, %s INTEGER, %s, UNIQUE (%s, %s))"):format(through.table, through.from,
            through.order, through.to, through.from, through.to))
        end
      end
      execute("CREATE TABLE " .. name .. " (" .. table.concat(columns, ", ") .. ") WITHOUT ROWID")
    end
  end
  execute "CREATE TABLE last_numbers (type TEXT PRIMARY KEY, number INTEGER NOT NULL)"
  execute "CREATE INDEX contracts_owner ON contracts (owner)"
  execute "CREATE INDEX people_company ON people (company)"
  execute "CREATE INDEX contracts_status ON contracts (json_extract(status, '$'))" -- as selection.lua compares it
end

local function insert(name, id, attributes, targets)
  local columns, values = { "id" }, { tostring(id) }
  for _, attribute in ipairs(types[name].attributes) do
    columns[#columns + 1] = attribute.name
    values[#values + 1] = quote(attributes[attribute.name])
  end
  for relationship, target in pairs(targets) do
    columns[#columns + 1] = relationship
    values[#values + 1] = tostring(target)
  end
  execute(("INSERT INTO %s (%s) VALUES (%s)"):format(name, table.concat(columns, ","), table.concat(values, ",")))
end

local company_words = { "Nord", "Łódź", "Café", "Acme", "Sakura 桜", "Ødegård", "O'Brien", "Muñoz" }
local company_forms = { "GmbH", "SARL", "Ltd", "Inc", "K.K." }
local countries = { "DE", "FR", "GB", "US", "JP", "NO" }

local function seed_companies()
  for id = 1, COMPANIES do
    insert("companies", id, {
      name = json(pick(company_words, id) .. " " .. pick(company_forms, id) .. " " .. id),
      country = json(pick(countries, id)),
      founded = tostring(1900 + id * 3),
    }, {})
  end
end

local first_names = { "Ada", "José", "Zoë", "Jürgen", "Mei 美", "Olu", "Siân", "Bo", "Renée", "Ivan" }
local last_names = { "Lovelace", "Núñez", "Smith", "Müller", "Nakamura", "O'Neill", "Åberg" }

local function manager_of(id) -- 1 and 2 manage each other, 3 manages herself, 4 has none, the rest form a tree
  if id <= 4 then return (pick({ "NULL", 2, 1, 3 }, id)) end
  return math.floor(id / 2)
end

local function seed_people()
  for id = 1, PEOPLE do
    insert("people", id, {
      name = json(pick(first_names, id) .. " " .. pick(last_names, id)),
      email = json("person" .. id .. "@example.com"),
    }, { company = id % COMPANIES + 1, manager = manager_of(id) })
  end
end

local titles = {
  "Service agreement", "Contrat de prestation n° é", "Übernahmevertrag", "機密保持契約", "NDA 🤝",
  "100% discount", "snake_case", "Comma, semicolon; and 'quotes'", 'Say "yes"', "Back\\slash",
  "Two\nlines\tand a tab", "Lease",
}
local amounts = {
  "0.1", "12345678901234.56", "-0.5", "1500.0", "1e-7", "0.30000000000000004", "123456.789", "2.5e10",
  "1.7976931348623157e308", "5e-324", "99.99",
}
local bigs = {
  "9007199254740993", "-9223372036854775808", "9223372036854775807", "0", "-1", "4611686018427387905", "42",
}
local tags = { "[]", '["new"]', '["legal","été"]', "[]", '["a","b","c"]', "[[],{},null,[1]]" }
local details = {
  "{}", '{"pages":12}', '{"nested":{"deep":[1,2,{"x":null}]},"empty":{},"none":[]}', '{"key with space":true,"":0}',
}
local notes = { "null", json "", json "See the annex.", "null", json "Ça va? 👍🏽" }

local function contract_time(id)
  return ("2024-%02d-%02dT%02d:%02d:00Z"):format(id % 12 + 1, id % 28 + 1, id % 24, id % 60)
end

local function seed_contracts()
  for id = 1, CONTRACTS do
    insert("contracts", id, {
      title = json(pick(titles, id) .. " " .. id),
      status = tostring(id % 5),
      amount = pick(amounts, id),
      big = pick(bigs, id),
      tags = pick(tags, id),
      details = pick(details, id),
      archived = tostring(id % 3 == 0),
      note = pick(notes, id),
      created_at = json(contract_time(id)),
    }, { owner = id * 7 % PEOPLE + 1, company = id % 10 == 0 and "NULL" or id % COMPANIES + 1 })
    for position = 1, id % 4 do
      local person = (id + position * 13) % PEOPLE + 1
      execute(("INSERT INTO contract_signers VALUES (%d, %d, %d)"):format(id, position, person))
    end
  end
end

execute "PRAGMA journal_mode = OFF"
execute "PRAGMA synchronous = OFF"
connection:setautocommit(false)
create_tables()
seed_companies()
seed_people()
seed_contracts()
for name, type in pairs(types) do
  if type.writable then
    execute(("INSERT INTO last_numbers SELECT '%s', coalesce(max(id), 0) FROM %s"):format(name, name))
  end
end
assert(connection:commit())
connection:close()

-- The calls of the soak run. Each compares its result with the model. After a failure the state
-- must be unchanged, or, if the error states that the outcome is unknown, unchanged or as intended.

local harnest = require "harnest"
local clients = require "spec.soak.clients"
local model = require "spec.soak.model"

local random = clients.random
local drafts, ids = model.drafts, model.ids

local calls = { failed = 0, doubts = 0, found_done = 0, counts = {} }

local LIVE, PEOPLE = 60, 120 -- maximum number of drafts; number of people
local seed, serial = nil, 0

local function check(held, message, ...)
  if not held then error(message:format(...), 0) end
end

-- Records a failure, which is allowed if servers fail. Returns whether the outcome is unknown
local function has_unknown_outcome(err)
  check(type(err) == "table" and err.kind, "no error object: %s", tostring(err))
  check(err.kind ~= "refused" and err.kind ~= "invalid" and err.kind ~= "forbidden" and err.kind ~= "conflict",
    "an error that no fault explains: %s", tostring(err))
  calls.failed = calls.failed + 1
  if err.outcome_unknown then calls.doubts = calls.doubts + 1 end
  if err.kind == "cancelled" then clients.settle() end
  return err.outcome_unknown
end

-- Compares the state after a failure with the old and the intended state
local function settle(outcome_unknown, now, before, after, err)
  if outcome_unknown and now == after and before ~= after then
    calls.found_done = calls.found_done + 1
  end
  check(now == before or outcome_unknown and now == after,
    "%s is there, which was %s, and to be %s, after: %s", tostring(now),
    tostring(before), tostring(after), tostring(err))
end

local function look_up(id)
  local found, err = clients.truth:get("drafts", id)
  check(found or err.kind == "not_found", "draft %s: %s", id, tostring(err))
  return found
end

local function find(title)
  local found, err = clients.truth:all("drafts", { filter = { title = title }, exact = true })
  check(found, "%s: %s", title, tostring(err))
  check(#found <= 1, "%s is there %d times", title, #found)
  return found[1]
end

local function new_title()
  serial = serial + 1
  return ("soak %d %d"):format(seed, serial)
end

local function some_id()
  return ids[random(#ids)]
end

local function some_person()
  return { type = "people", id = tostring(random(PEOPLE)) }
end

local kinds = {}

function kinds.create(api)
  local title = new_title()
  local made, err = api:create("drafts", {
    attributes = { title = title, status = random(9), tags = harnest.array {}, amount = 0.1 * random(100) },
    relationships = { owner = some_person() }, idempotency_key = random(2) == 1 and harnest.uuid() or nil,
  })
  if made then
    check(made.attributes.title == title, "created %s, got %s", title, made.attributes.title)
    return model.learn(made)
  end
  local outcome_unknown = has_unknown_outcome(err)
  local there = find(title)
  settle(outcome_unknown, there ~= nil, false, true, err)
  if there then model.learn(there) end
end

function kinds.update(api)
  local id, title = some_id(), new_title()
  local before = drafts[id].title
  local made, err = api:update("drafts", id, { attributes = { title = title } })
  if made then
    check(made == true or made.attributes.title == title, "updated to %s", title)
  else
    local outcome_unknown, there = has_unknown_outcome(err), look_up(id)
    check(there, "draft %s is gone", id)
    settle(outcome_unknown, there.attributes.title, before, title, err)
    title = there.attributes.title
  end
  drafts[id].title = title
end

function kinds.delete(api)
  local id = some_id()
  local done, err = api:delete("drafts", id)
  if not done then
    local outcome_unknown, there = has_unknown_outcome(err), look_up(id) ~= nil
    settle(outcome_unknown, there, true, false, err)
    if there then return end
  end
  model.forget(id)
end

-- The signers after a relationship's call, in the model's form
local function changed(signers, call, person)
  if call == "replace" then return person end
  local linkage = {}
  for id in signers:gmatch "%d+" do
    if id ~= person then linkage[#linkage + 1] = { id = id } end
  end
  if call == "add" then linkage[#linkage + 1] = { id = person } end
  return model.signers(linkage)
end

function kinds.relate(api)
  local id, person = some_id(), some_person()
  local call = ({ "add", "remove", "replace" })[random(3)]
  local before = drafts[id].signers
  local after = changed(before, call, person.id)
  local relationship = api:relationship("drafts", id, "signers")
  local linkage, err = relationship[call](relationship, { person })
  local now
  if linkage then
    now = model.signers(linkage)
    check(now == after, "%s %s: %s became %s", call, person.id, before, now)
  else
    local outcome_unknown, there = has_unknown_outcome(err), look_up(id)
    check(there, "draft %s is gone", id)
    now = model.signers(there.relationships.signers.data)
    settle(outcome_unknown, now, before, after, err)
  end
  drafts[id].signers = now
end

-- Creates a draft, renames a second and deletes a third in one atomic request
function kinds.atomic(api)
  local title, other = new_title(), new_title()
  local changing, removed = some_id(), some_id()
  local operations = {
    { op = "add", data = { type = "drafts", lid = "new", attributes = { title = title } } },
    { op = "add", ref = { type = "drafts", lid = "new", relationship = "signers" }, data = { some_person() } },
    { op = "update", data = { type = "drafts", id = changing, attributes = { title = other } } },
    idempotency_key = random(2) == 1 and harnest.uuid() or nil,
  }
  local removes = removed ~= changing
  if removes then operations[4] = { op = "remove", ref = { type = "drafts", id = removed } } end
  local results, err = api:atomic(operations)
  local outcome_unknown = not results and has_unknown_outcome(err)
  local there = find(title)
  local done = there ~= nil
  if results then
    check(done and results[1].data.id == there.id, "%s was made, and is not there", title)
  else
    settle(outcome_unknown, done, false, true, err)
  end
  local second = look_up(changing)
  check(second and (second.attributes.title == other) == done, "%s: half of the operations were done", title)
  check(not removes or (look_up(removed) == nil) == done, "%s: half of the operations were done", title)
  if not done then return end
  model.learn(there)
  model.learn(second)
  if removes then model.forget(removed) end
end

function kinds.get(api)
  local id = some_id()
  local found, err = api:get("drafts", id, { include = "signers" })
  if not found then return has_unknown_outcome(err) end
  check(found.id == id and found.attributes.title == drafts[id].title, "draft %s: %s, not %s", id,
    found.attributes.title, drafts[id].title)
  local signers = model.signers(assert(found:related "signers"))
  check(signers == drafts[id].signers, "draft %s: signers %s, not %s", id, signers, drafts[id].signers)
end

function kinds.linkage(api)
  local id = some_id()
  local found, err = api:relationship("drafts", id, "signers"):get()
  if not found then return has_unknown_outcome(err) end
  local signers = model.signers(found)
  check(signers == drafts[id].signers, "draft %s: signers %s, not %s", id, signers, drafts[id].signers)
end

function kinds.all(api)
  local list, err = api:all("drafts")
  if not list then return has_unknown_outcome(err) end
  local objection = model.objection(list)
  check(not objection, "%s", objection)
end

function kinds.missing(api)
  local found, err = api:get("drafts", "999999")
  check(found == nil, "found what is not there")
  if err.kind ~= "not_found" then has_unknown_outcome(err) end
end

-- A list that is left early, like a loop
function kinds.leave(api)
  local left = random(30)
  local fine, err = pcall(function()
    for _ in api:list("contracts", { page = { size = 15 }, include = "owner" }) do
      left = left - 1
      if left == 0 then break end
    end
  end)
  if not fine then has_unknown_outcome(err) end
end

-- Lists that continue while other calls are made; most are cancelled before their end, in every way
local open = {}

function kinds.listing()
  if #open < 4 then
    local iterator = clients.long_lived():list("people", { page = { size = 10 + random(20) }, sort = "name" })
    open[#open + 1] = { iterator = iterator, seen = {}, count = 0 }
    return
  end
  local at = random(#open)
  local listing = open[at]
  for _ = 1, random(40) do
    local person, err = listing.iterator:next()
    if not person then
      table.remove(open, at)
      if err then return has_unknown_outcome(err) end
      return check(listing.count == PEOPLE, "%d of %d people", listing.count, PEOPLE)
    end
    check(not listing.seen[person.id], "person %s comes twice", person.id)
    listing.seen[person.id], listing.count = true, listing.count + 1
  end
  local dice = random(6)
  if dice == 1 then listing.iterator:close() end
  if dice <= 2 then table.remove(open, at) end -- closed or collected
end

local often = { "create", "create", "update", "update", "delete", "relate", "relate", "atomic", "get", "get", "get",
  "linkage", "all", "missing", "leave", "listing", "listing" }

function calls.start(given_seed)
  seed = given_seed
end

-- Makes one random call; raises if anything is wrong
function calls.one()
  local kind = often[random(#often)]
  if kind == "create" and #ids >= LIVE then kind = "delete" end
  if #ids == 0 then kind = "create" end
  calls.counts[kind] = (calls.counts[kind] or 0) + 1
  if kind == "listing" then return kinds.listing() end
  return clients.with_one(kinds[kind])
end

-- The number of calls by kind: "9 calls (1 get, 8 update)"
function calls.described()
  local parts, sum = {}, 0
  for kind, count in pairs(calls.counts) do
    parts[#parts + 1] = ("%d %s"):format(count, kind)
    sum = sum + count
  end
  table.sort(parts, function(a, b) return a:match " (.*)" < b:match " (.*)" end)
  return ("%d calls (%s)"):format(sum, table.concat(parts, ", "))
end

return calls

--- Many requests of all kinds over servers that fail now and then, by several clients at once: what is there at the end
-- must be what was written, and memory and descriptors must not have grown.
--   soak.lua REQUESTS SEED     within the variables of sandbox/start; spec/soak/run does it all

local harnest = require "harnest"
local socket = require "socket"

local REQUESTS, SEED = tonumber(arg[1]), tonumber(arg[2])
local URL, TLS_URL = os.getenv "HARNEST_URL", os.getenv "HARNEST_TLS_URL"
local LIVE = 60 -- so many drafts at most
local COPY = "copy/soak"

local state = SEED % 2147483646 + 1
local function random(n) -- the same on every Lua: 1 … n
  state = state * 16807 % 2147483647
  return state % n + 1
end

local function with_knobs(url, ...)
  return (url:gsub("/v1/api$", "/" .. table.concat({ COPY, ... }, "/") .. "/v1/api"))
end

local function start_proxy()
  local listener = assert(socket.bind("127.0.0.1", 0))
  local _, control_port = listener:getsockname()
  os.execute(("'%s' spec/soak/flaky_proxy.lua %d %s %d 12 </dev/null >/dev/null 2>&1 &"):format(
    os.getenv "LUA" or "lua5.4", control_port, URL:match ":(%d+)", SEED))
  listener:settimeout(10)
  local control = assert(listener:accept(), "the proxy did not start")
  listener:close()
  return control, (URL:gsub(":%d+", ":" .. control:receive "*l"))
end

local control, PROXY_URL = start_proxy()

-- Clients

local function client(url, options)
  local all = { url = url, token = os.getenv "HARNEST_TOKEN", dialect = "harnest", max_retry_wait = 0.002, retries = 8,
    timeout = 20 }
  for name, value in pairs(options or {}) do all[name] = value end
  return harnest.new(all)
end

local steady = {
  client(with_knobs(URL)), client(with_knobs(URL, "shape/links"), { prefetch = 3 }),
  client(with_knobs(URL, "shape/laravel"), { prefetch = 0 }),
  client(with_knobs(URL, "etag/0", "shape/links"), { cache = 2 ^ 18 }), -- soon full, so that memory is flat
  client(with_knobs(TLS_URL), { ca_file = os.getenv "HARNEST_CA_FILE" }),
}
local broken = client(with_knobs(PROXY_URL, "shape/links"))
local truth = client(with_knobs(URL, "shape/links")) -- sees what is there, with nothing in between

local counts = { requests = 0, retries = 0, calls = 0, failed = 0, doubts = 0 }
local serial = 0

local function retire(api)
  local stats = api:stats()
  counts.requests, counts.retries = counts.requests + stats.requests, counts.retries + stats.retries
  api:close()
end

-- A client of a server that soon fails in some way
local function failing()
  serial = serial + 1
  local key, count = ("%d-%d"):format(SEED, serial), random(3)
  local ways = {
    { "fail/" .. key .. "/503/" .. count, "retry-after/0" }, { "fail/" .. key .. "/429/" .. count, "retry-after/0" },
    { "fail/" .. key .. "/444/" .. count }, { "fail-after/" .. key .. "/444/" .. count },
    { "fail-after/" .. key .. "/502/" .. count }, { "delay/0.002" }, { "delay-after/0.002" },
    { "fail/" .. key .. "/500/1" },
  }
  return client(with_knobs(URL, (unpack or table.unpack)(ways[random(#ways)])))
end

local function with_client(work)
  local dice = random(100)
  if dice <= 78 then return work(steady[random(#steady)]) end
  if dice <= 93 then return work(broken) end
  local api = failing()
  work(api)
  retire(api)
end

-- What there must be: drafts by id, as {title, signers (ids, sorted, with commas between)}

local drafts, ids = {}, {}

local function check(held, message, ...)
  if not held then error(("seed %d, call %d: "):format(SEED, counts.calls) .. message:format(...), 0) end
end

-- A failure may be, where servers fail; what is in doubt is looked up
local function is_in_doubt(err)
  check(type(err) == "table" and err.kind, "no error object: %s", tostring(err))
  counts.failed = counts.failed + 1
  local doubt = err.message:find("may have been done", 1, true) or err.message:find("may have done it", 1, true)
    or err.kind == "server_error"
  if doubt then counts.doubts = counts.doubts + 1 end
  return doubt
end

local function signers_of(resource)
  local found = {}
  for i, signer in ipairs(resource.relationships.signers.data) do found[i] = signer.id end
  table.sort(found)
  return table.concat(found, ",")
end

local function learn(resource)
  if not drafts[resource.id] then ids[#ids + 1] = resource.id end
  drafts[resource.id] = { title = resource.attributes.title, signers = signers_of(resource) }
end

local function forget(id)
  drafts[id] = nil
  for i, other in ipairs(ids) do
    if other == id then
      ids[i] = ids[#ids]
      ids[#ids] = nil
      return
    end
  end
end

-- Takes what is there for what must be, within what may be
local function look_up(id, may_be_gone)
  local found, err = truth:get("drafts", id)
  if found then return found, learn(found) end
  check(err.kind == "not_found" and may_be_gone, "draft %s: %s", id, tostring(err))
  forget(id)
end

-- Calls

local function create(api)
  serial = serial + 1
  local title = ("soak %d %d"):format(SEED, serial)
  local key = random(2) == 1 and harnest.uuid() or nil
  local made, err = api:create("drafts", {
    attributes = { title = title, status = random(9), tags = harnest.array {}, amount = 0.1 * random(100) },
    relationships = { owner = { type = "people", id = tostring(random(120)) } }, idempotency_key = key,
  })
  if made then
    check(made.attributes.title == title, "created %s, got %s", title, made.attributes.title)
    return learn(made)
  end
  local doubtful = is_in_doubt(err)
  local there = assert(truth:all("drafts", { filter = { title = title }, exact = true }))
  check(#there <= (doubtful and 1 or 0), "%s is there %d times after %s", title, #there, tostring(err))
  if there[1] then learn(there[1]) end
end

local function update(api)
  local id = ids[random(#ids)]
  serial = serial + 1
  local title, before = ("soak %d %d"):format(SEED, serial), drafts[id].title
  local made, err = api:update("drafts", id, { attributes = { title = title } })
  if made then
    drafts[id].title = title
    return check(made == true or made.attributes.title == title, "updated to %s", title)
  end
  local doubtful = is_in_doubt(err)
  local now = look_up(id).attributes.title
  check(now == before or doubtful and now == title, "%s is neither %s nor %s", now, before, title)
end

local function delete(api)
  local id = ids[random(#ids)]
  local done, err = api:delete("drafts", id)
  if done then return forget(id) end
  look_up(id, is_in_doubt(err))
end

local function relate(api)
  local id = ids[random(#ids)]
  local relationship = api:relationship("drafts", id, "signers")
  local person = { { type = "people", id = tostring(random(120)) } }
  local call = ({ "add", "remove", "replace", "get" })[random(4)]
  local linkage, err = relationship[call](relationship, call ~= "get" and person or nil)
  if not linkage then
    is_in_doubt(err)
    look_up(id)
    return
  end
  local now = {}
  for i, identifier in ipairs(linkage) do now[i] = identifier.id end
  table.sort(now)
  now = table.concat(now, ",")
  local is_in = ("," .. now .. ","):find("," .. person[1].id .. ",", 1, true) ~= nil
  if call == "get" then check(now == drafts[id].signers, "signers %s, not %s", now, drafts[id].signers) end
  if call == "replace" then check(now == person[1].id, "replaced by %s, not %s", now, person[1].id) end
  if call == "add" or call == "remove" then check(is_in == (call == "add"), "%s: %s", call, now) end
  drafts[id].signers = now
end

local function get(api)
  local id = ids[random(#ids)]
  local found, err = api:get("drafts", id, { include = "signers" })
  if not found then return is_in_doubt(err) end
  check(found.id == id and found.attributes.title == drafts[id].title, "draft %s: %s, not %s", id,
    found.attributes.title, drafts[id].title)
  check(signers_of(found) == drafts[id].signers, "draft %s: signers", id)
end

local function all(api)
  local seen, count = {}, 0
  local list, err = api:all("drafts")
  if not list then return is_in_doubt(err) end
  for _, draft in ipairs(list) do
    check(not seen[draft.id], "draft %s comes twice", draft.id)
    check(drafts[draft.id] and drafts[draft.id].title == draft.attributes.title, "draft %s is another", draft.id)
    seen[draft.id], count = true, count + 1
  end
  check(count == #ids, "%d drafts in place of %d", count, #ids)
end

local function missing(api)
  local found, err = api:get("drafts", "999999")
  check(found == nil, "found what is not there")
  if err.kind ~= "not_found" then is_in_doubt(err) end
end

-- Listings that go on while other calls are made; most are left before their end, in every way
local open = {}

local function begin(api)
  local iterator = api:list("people", { page = { size = 10 + random(20) }, sort = "name" })
  open[#open + 1] = { iterator = iterator, seen = {}, count = 0 }
end

local function go_on()
  local at = random(#open)
  local listing = open[at]
  for _ = 1, random(40) do
    local person, err = listing.iterator:next()
    if not person then
      if err then is_in_doubt(err) else check(listing.count == 120, "%d of 120 people", listing.count) end
      return table.remove(open, at)
    end
    check(not listing.seen[person.id], "person %s comes twice", person.id)
    listing.seen[person.id], listing.count = true, listing.count + 1
  end
  local dice = random(6)
  if dice == 1 then listing.iterator:close() end
  if dice <= 2 then table.remove(open, at) end -- closed, or left to the collector
end

local function leave_early(api)
  local left = random(30)
  pcall(function()
    for _ in api:list("contracts", { page = { size = 15 }, include = "owner" }) do
      left = left - 1
      if left == 0 then break end
    end
  end)
end

local calls = { create, update, update, delete, relate, relate, get, get, get, get, all, missing, leave_early }

local function one_call()
  counts.calls = counts.calls + 1
  local dice = random(#calls + 2)
  if #ids == 0 then return with_client(create) end
  if dice > #calls then
    if #open < 4 then return begin(random(3) == 1 and broken or steady[random(#steady)]) end
    return go_on()
  end
  local call = calls[dice]
  if call == create and #ids >= LIVE then call = delete end
  with_client(call)
end

-- Figures

local function kilobytes()
  collectgarbage()
  collectgarbage()
  for line in io.lines "/proc/self/status" do
    local size = line:match "^VmRSS:%s*(%d+)"
    if size then return tonumber(size) end
  end
end

local function descriptors()
  local process = assert(io.popen "ls /proc/$PPID/fd")
  local _, count = process:read("*a"):gsub("\n", "")
  process:close()
  return count
end

local function requests()
  local sum = counts.requests + broken:stats().requests + truth:stats().requests
  for _, api in ipairs(steady) do sum = sum + api:stats().requests end
  return sum
end

local started = socket.gettime()
local early

print(("soak: %d requests, seed %d"):format(REQUESTS, SEED))
while requests() < REQUESTS do
  for _ = 1, 20 do one_call() end
  if not early and requests() >= REQUESTS / 10 then
    early = { kilobytes = kilobytes(), descriptors = descriptors(), requests = requests() }
  end
end
local late = { kilobytes = kilobytes(), descriptors = descriptors(), requests = requests() }
local seconds = socket.gettime() - started
all(truth)

for _, api in ipairs(steady) do retire(api) end
retire(broken)
retire(truth)
control:close()
print(("%d calls, %d requests, %d sent again, %d calls failed, %d of them in doubt; %.0f requests per second"):format(
  counts.calls, late.requests, counts.retries, counts.failed, counts.doubts, late.requests / seconds))
print(("after %d requests: %d kB, %d descriptors; after %d: %d kB, %d descriptors"):format(early.requests,
  early.kilobytes, early.descriptors, late.requests, late.kilobytes, late.descriptors))
check(late.kilobytes <= early.kilobytes * 1.1 + 1024, "memory has grown")
check(late.descriptors <= early.descriptors + 8, "descriptors have grown")

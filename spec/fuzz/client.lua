-- The Lua side of client_fuzz.c. Letters of the settings:
--   what is called: g api:pages, a api:all, f api:first, n api:count, w writes, j a job; nothing: api:list
--   the query:      v view, x exact, l limit, m concurrency, k the list continues by its cursor
--   the client:     r retries, c cache, p prefetch of 0, q of 3, o ignore_link_origin, s a small
--                   max_response, d a deadline, t trace, u a rate, b the newest request is answered first,
--                   y a token function, z authorization by a function that fails

package.path = "lua/?.lua;lua/?/init.lua;" .. package.path

local harnest = require "harnest"

local TOKEN = "to:ken-of-the-client"
local MOST_PAGES = 40
local MOST_TRANSFERS = 4 * 200 -- of a run

-- Keeps the engine between the runs
local keeper = harnest.new { url = "https://api.test/v1", token = false, dialect = "jsonapi" }

local function shown(value)
  if type(value) == "string" then
    assert(not value:find(TOKEN, 1, true), "the token is shown")
  elseif type(value) == "table" then
    for key, item in next, value do
      shown(key)
      shown(item)
    end
  end
end

-- Returns what is compared of an error object.
local function check_error(err)
  assert(type(err) == "table" and type(err.kind) == "string", tostring(err))
  assert(type(err.message) == "string" and not err.message:find "[\r\n]", err.message)
  shown(err.message)
  shown(err.body)
  shown(err.headers)
  shown(err.errors)
  return ("error %s %s"):format(err.kind, err.message)
end

local function make_client(has)
  local tokens = 0
  local function token()
    tokens = tokens + 1
    return TOKEN
  end
  local function broken()
    tokens = tokens + 1
    if tokens == 1 then
      return nil, "none"
    elseif tokens == 2 then
      error { "raised" }
    end
    return tokens == 3 and 7 or "Scheme " .. TOKEN
  end
  local function trace(event)
    shown(event)
  end
  return harnest.new {
    url = "https://api.test/v1", dialect = "jsonapi", headers = { ["X-Request-Id"] = "r" },
    token = not has "z" and (has "y" and token or TOKEN) or nil, authorization = has "z" and broken or nil,
    retries = has "r" and 2 or 0, cache = has "c" and 4000 or nil, prefetch = has "p" and 0 or has "q" and 3 or nil,
    ignore_link_origin = has "o", max_response = has "s" and 300 or nil, deadline = has "d" and 20 or nil,
    trace = has "t" and trace or nil, rate = has "u" and { requests = 3, per = 2 } or nil, max_pages = MOST_PAGES,
  }
end

local function make_query(has, view)
  return {
    view = view, limit = has "l" and 5 or nil, concurrency = has "m" and 3 or nil, exact = has "x" or nil,
    filter = has "x" and { status = { 1, "a" } } or nil,
  }
end

local function add(seen, item)
  seen[#seen + 1] = harnest.encode(item)
end

-- Reads a list to its end, or what was before its error; with `k`, continues it by its cursor.
local function read_list(api, path, query, has, seen)
  local list, continued = api[has "g" and "pages" or "list"](api, path, query), 0
  while true do
    local item, page = list:next()
    if item == nil then
      if page ~= nil then
        seen[#seen + 1] = check_error(page)
      end
      return
    end
    page = page or item
    assert(math.type(page.number) == "integer" and #page >= 0)
    assert(page.total == nil or page.total >= 0)
    if has "g" then
      for _, resource in ipairs(item.data) do
        add(seen, resource)
      end
    else
      add(seen, item)
    end
    if has "k" and #seen % 4 == 3 and continued < MOST_PAGES then
      continued = continued + 1
      local more = { after = list:cursor() }
      list:close()
      for name, value in pairs(query) do
        more[name] = value
      end
      list = api[has "g" and "pages" or "list"](api, path, more)
    end
  end
end

local function note(seen, value, err)
  if value == nil and err ~= nil then
    seen[#seen + 1] = check_error(err)
  elseif value == nil then
    seen[#seen + 1] = "none"
  elseif type(value) == "table" then -- data as the server sent them, with the token if they have it
    add(seen, value.accepted and harnest.array {} or value) -- a job has headers as they came
  else
    seen[#seen + 1] = tostring(value)
  end
end

local function write(api, path, _, has, seen)
  local written, err = api:create(path, { type = "things", attributes = { a = 1 } })
  if has "j" then
    note(seen, api:wait(written, err))
    return
  end
  note(seen, written, err)
  note(seen, api:update("things", 1, { attributes = { a = 1 } }))
  note(seen, api:delete("things", 1))
  note(seen, api:atomic { { op = "remove", ref = { type = "things", id = "1" } } })
  note(seen, api:relationship("things", 1, "owner"):replace(harnest.null))
end

local function read_all(api, path, query, has, seen)
  local name = has "a" and "all" or has "f" and "first" or "count"
  local value, err = api[name](api, path, query)
  if type(value) == "userdata" then
    value = value:table()
  end
  if type(value) == "table" and err == nil and name == "all" then
    for _, resource in ipairs(value) do
      add(seen, resource)
    end
    return
  end
  note(seen, value, err)
end

-- Returns what the calls return, as texts.
local function run(has, path, view)
  local api, seen = make_client(has), {}
  local call = (has "w" or has "j") and write or (has "a" or has "f" or has "n") and read_all or read_list
  local fine, err = pcall(call, api, path, make_query(has, view), has, seen)
  if not fine and type(err) == "table" and err[1] == "raised" then -- by the authorization function
    fine = true
  end
  assert(fine, type(err) == "table" and err.message or err)
  api:close()
  return seen
end

return function(settings, path, start_again, count_transfers)
  local function has(letter)
    return settings:find(letter, 1, true) ~= nil
  end
  local target = "/" .. path
  if not pcall(keeper.collection, keeper, target) then
    return -- no path
  end
  local before = count_transfers()
  start_again(has "b")
  local plain = run(has, target, false)
  if has "v" then
    start_again(has "b")
    local viewed = run(has, target, not (has "w" or has "j"))
    assert(table.concat(plain, "\n") == table.concat(viewed, "\n"), "views differ from tables")
  end
  local after, leaves_origin = count_transfers()
  assert(after - before <= MOST_TRANSFERS, "there are few requests")
  assert(not leaves_origin, "a request left the origin")
end

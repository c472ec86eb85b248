-- The token, or the credentials of the option authorization, must not be in the process's memory
-- after its client is closed.

local harnest = require "harnest"
local sandbox = require "spec.support.sandbox"
local text_file = require "spec.support.text_file"
local socket = require "socket"

-- The script prints a line before each search and waits until it is done. Its allocator overwrites
-- freed memory, so that a search finds only memory in use. The token is passed in two pieces, since
-- the environment stays in memory; joined it is longer than the strings that Lua joins on its C
-- stack.
local SCRIPT = [[
  local harnest, socket = require "harnest", require "socket"
  local function token() return os.getenv "FRONT" .. "-" .. os.getenv "BACK" end

  local function show(state)
    collectgarbage()
    collectgarbage()
    local strings = {} -- they take the memory of freed ones, which LuaJIT's allocator does not overwrite
    local length = #os.getenv "FRONT" + 1 + #os.getenv "BACK"
    for i = 1, jit and 2000 or 0 do strings[i] = ("x"):rep(length - 9) .. ("%09d"):format(i) end
    local file = assert(io.open(os.getenv "STATE", "w"))
    file:write(assert(io.open "/proc/self/stat"):read "*n", " ", state)
    file:close()
    repeat socket.sleep(0.01) until not io.open(os.getenv "STATE")
  end

  local how, options = os.getenv "HOW", { url = os.getenv "URL", ca_file = os.getenv "CA_FILE", cache = { ttl = 60 } }
  options.debug, options.trace_detail = function() end, "body"
  local function bearer() return "Bearer " .. token() end
  local function basic() return harnest.basic("someone", token()) end
  if how == "token string" then options.token = token() end
  if how == "key password" then
    options.token, options.client_key_password = os.getenv "TOKEN", token()
    options.client_cert, options.client_key = os.getenv "CERT", os.getenv "KEY"
  end
  if how == "token function" then options.token = token end
  if how == "authorization string" then options.authorization = bearer() end
  if how == "authorization function" then options.authorization = bearer end
  if how == "basic string" then options.authorization = basic() end
  if how == "basic function" then options.authorization = basic end
  local api = harnest.new(options)
  options = nil
  if how:find "basic" then -- which the server refuses
    assert(select(2, api:get("contracts", 1)).status == 401)
  else
    assert(api:get("contracts", 1))
    assert(#api:all("contracts", { limit = 40 }) == 40)
  end
  assert(not api:get("contracts", "none"))
  local derived = api:with { timeout = 10 }
  derived:get("contracts", 1)
  show "open"
  api:close()
  derived:close()
  show "closed"
]]

-- The number of copies of a text in the writable memory of a process, which a core dump would
-- contain
local function count_in_memory(pid, text)
  local count = 0
  local memory = assert(io.open("/proc/" .. pid .. "/mem", "rb"))
  for line in io.lines("/proc/" .. pid .. "/maps") do
    local from, to, rights = line:match "^(%x+)%-(%x+) (%S+)"
    if rights:sub(1, 2) == "rw" and memory:seek("set", tonumber(from, 16)) then
      local all = memory:read(tonumber(to, 16) - tonumber(from, 16)) or ""
      for _ in all:gmatch(text:gsub("%p", "%%%0")) do count = count + 1 end
    end
  end
  memory:close()
  return count
end

-- The number of copies of each text in each state of the script
local function counts(variables, ...)
  local texts = { ... }
  local name, state = os.tmpname(), os.tmpname()
  os.remove(state)
  variables.STATE = state
  text_file.write(name, SCRIPT)
  local words = { "env -u HARNEST_TOKEN MALLOC_PERTURB_=85 GLIBC_TUNABLES=glibc.malloc.tcache_count=0" }
  for variable, value in pairs(variables) do words[#words + 1] = ("%s='%s'"):format(variable, value) end
  words[#words + 1] = ("'%s' '%s' 2>&1"):format(os.getenv "LUA" or "lua5.4", name)
  local process = assert(io.popen(table.concat(words, " ")))
  local found, deadline = {}, socket.gettime() + 20
  while not found.closed and socket.gettime() < deadline do
    local shown = io.open(state)
    local pid, at = (shown and shown:read "*a" or ""):match "^(%d+) (%l+)$"
    if shown then shown:close() end
    if at then
      found[at] = {}
      for i, text in ipairs(texts) do found[at][i] = count_in_memory(pid, text) end
      os.remove(state)
    end
    socket.sleep(0.005)
  end
  local output = process:read "*a"
  process:close()
  os.remove(name)
  assert(output == "", output)
  return found
end

describe("token", function()
  local sb = sandbox.get()
  -- a memory checker's allocator keeps freed memory
  if (os.getenv "LD_PRELOAD" or ""):find "asan" then return end

  local ways = { "token string", "token function", "authorization string", "authorization function" }
  for _, way in ipairs(ways) do
    for protocol, url in pairs { ["HTTP/1.1"] = sb.url, ["HTTP/2 over TLS"] = sb.tls_url } do
      local tag = (protocol == "HTTP/1.1" or way:find "authorization") and " #slow" or ""
      it("given as " .. way .. " over " .. protocol .. " is not in memory after the client is closed" .. tag, function()
        local front, back = sb.token:match "^(.-)%-(.*)$"
        local found = counts({ URL = url, CA_FILE = sb.ca_file, HOW = way, FRONT = front, BACK = back }, sb.token)
        assert.is_true(found.open[1] > 0)
        assert.same({ 0 }, found.closed)
      end)
    end
  end

  it("beside the password of client_key: that is not in memory after the client is closed", function()
    local password, dir = "the-password-of-the-key", os.tmpname()
    os.remove(dir)
    os.execute(("mkdir '%s' && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 2 -subj /CN=x "
      .. "-keyout '%s/key' -out '%s/cert' -passout pass:%s 2>/dev/null"):format(dir, dir, dir, password))
    local front, back = password:match "^(.-)%-(.*)$"
    local found = counts({ URL = sb.tls_url, CA_FILE = sb.ca_file, HOW = "key password", FRONT = front, BACK = back,
      TOKEN = sb.token, CERT = dir .. "/cert", KEY = dir .. "/key" }, password)
    os.execute(("rm -r '%s'"):format(dir))
    assert.is_true(found.open[1] > 0)
    assert.same({ 0 }, found.closed)
  end)

  for _, way in ipairs { "basic string", "basic function" } do
    it("given as " .. way .. " is not in memory after the client is closed, nor is the password", function()
      local password = "a-password-" .. sb.token
      local front, back = password:match "^(.-)%-(.*)$"
      local credentials = harnest.basic("someone", password):match "^Basic (.*)$"
      local found = counts({ URL = sb.tls_url, CA_FILE = sb.ca_file, HOW = way, FRONT = front, BACK = back },
        credentials, password)
      assert.is_true(found.open[1] > 0)
      assert.same({ 0, 0 }, found.closed)
    end)
  end
end)

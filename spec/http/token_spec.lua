-- The token must not be in the process's memory after its client is closed.

local sandbox = require "spec.support.sandbox"
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
    local file = assert(io.open(os.getenv "STATE", "w"))
    file:write(assert(io.open "/proc/self/stat"):read "*n", " ", state)
    file:close()
    repeat socket.sleep(0.01) until not io.open(os.getenv "STATE")
  end

  local api = harnest.new {
    url = os.getenv "URL", ca_file = os.getenv "CA_FILE",
    token = os.getenv "HOW" == "string" and token() or token,
  }
  assert(api:get("contracts", 1))
  assert(#api:all("contracts", { limit = 40 }) == 40)
  assert(not api:get("contracts", "none"))
  show "open"
  api:close()
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
      for _ in all:gmatch(text:gsub("%-", "%%-")) do count = count + 1 end
    end
  end
  memory:close()
  return count
end

-- The number of copies in each state of the script
local function counts(variables, token)
  local name, state = os.tmpname(), os.tmpname()
  os.remove(state)
  variables.STATE = state
  local file = assert(io.open(name, "w"))
  file:write(SCRIPT)
  file:close()
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
      found[at] = count_in_memory(pid, token)
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

  for _, way in ipairs { "string", "function" } do
    for protocol, url in pairs { ["HTTP/1.1"] = sb.url, ["HTTP/2 over TLS"] = sb.tls_url } do
      it("given as a "
        .. way .. " over " .. protocol .. " is not in memory after the client is closed", function()
        local front, back = sb.token:match "^(.-)%-(.*)$"
        local found = counts({ URL = url, CA_FILE = sb.ca_file, HOW = way, FRONT = front, BACK = back }, sb.token)
        assert.is_true(found.open > 0)
        assert.equal(0, found.closed)
      end)
    end
  end
end)

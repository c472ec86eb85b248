-- The process of rawserver.lua: serves scripted connections until its control connection closes.
--   rawserver_process.lua CONTROL_PORT FOLDER

local socket = require "socket"
local literal = dofile(arg[2] .. "literal.lua")

local server = assert(socket.bind("127.0.0.1", 0, 1024))
server:settimeout(0)
local control = assert(socket.connect("127.0.0.1", tonumber(arg[1])))
control:setoption("tcp-nodelay", true)
local _, port = server:getsockname()
control:send(port .. "\n")

local scripts, requests, connections = {}, {}, {}
-- coroutine to what it waits for: {read = socket}, {write = socket} or {till = time}
local tasks = {}
local open = {} -- open client socket to its connection

-- Waiting, inside a connection's coroutine

local function close(client, by)
  local connection = open[client]
  if connection then
    connection.closed, connection.closed_by = socket.gettime(), by
    open[client] = nil
  end
  client:close()
end

local function sleep(seconds)
  coroutine.yield { till = socket.gettime() + seconds }
end

local function send(client, bytes)
  local sent = 0
  while sent < #bytes do
    local last, problem, partial = client:send(bytes, sent + 1)
    if not last and problem ~= "timeout" then return nil, problem end
    sent = last or partial
    if sent < #bytes then coroutine.yield { write = client } end
  end
  return true
end

-- Reads more into `buffer.text`; nil if the client has closed
local function read_more(client, buffer)
  while true do
    local bytes, problem, partial = client:receive(65536)
    bytes = bytes or partial
    if bytes and bytes ~= "" then
      buffer.text = buffer.text .. bytes
      return true
    end
    if problem ~= "timeout" then return nil end
    coroutine.yield { read = client }
  end
end

local function read_up_to(client, buffer, mark)
  while true do
    local _, stop = buffer.text:find(mark, 1, true)
    if stop then
      local head = buffer.text:sub(1, stop)
      buffer.text = buffer.text:sub(stop + 1)
      return head
    end
    if not read_more(client, buffer) then return nil end
  end
end

local function read_bytes(client, buffer, count)
  while #buffer.text < count do
    if not read_more(client, buffer) then return nil end
  end
  local bytes = buffer.text:sub(1, count)
  buffer.text = buffer.text:sub(count + 1)
  return bytes
end

-- Requests

local function read_chunks(client, buffer)
  local body = {}
  while true do
    local line = read_up_to(client, buffer, "\r\n")
    local size = line and tonumber(line:match "%x+", 16)
    local chunk = size and read_bytes(client, buffer, size)
    if not chunk or not read_up_to(client, buffer, "\r\n") then return nil end
    if size == 0 then return table.concat(body) end
    body[#body + 1] = chunk
  end
end

local function read_body(client, buffer, headers)
  if headers.expect then send(client, "HTTP/1.1 100 Continue\r\n\r\n") end
  if (headers["transfer-encoding"] or ""):lower() == "chunked" then return read_chunks(client, buffer) end
  return read_bytes(client, buffer, tonumber(headers["content-length"]) or 0)
end

local function read_request(client, buffer, number)
  local head = read_up_to(client, buffer, "\r\n\r\n")
  if not head then return nil end
  local method, path = head:match("^(%S+) (%S+)")
  local headers = {}
  for name, value in head:gmatch("\r\n([^:\r\n]+):[ \t]*([^\r\n]*)") do
    name = name:lower()
    headers[name] = headers[name] and headers[name] .. ", " .. value or value
  end
  local body = read_body(client, buffer, headers)
  if not body then return nil end
  return {
    head = head, method = method or "", path = path or "", headers = headers, body = body, connection = number,
    time = socket.gettime(),
  }
end

-- Scripts

local function take_script(...)
  for i, script in ipairs(scripts) do
    for _, name in ipairs { ... } do
      if script.match == name then
        script.times = (script.times or 1) - 1
        if script.times <= 0 then table.remove(scripts, i) end
        return script
      end
    end
  end
end

local function script_for(request)
  local whole = request.method .. " " .. request.path
  return take_script("any", whole, (whole:gsub("%?.*", "")))
end

local actions = {}

function actions.send(client, bytes)
  return send(client, bytes)
end

function actions.sleep(_, seconds)
  sleep(seconds)
  return true
end

function actions.drip(client, what)
  for byte in what[1]:gmatch(".") do
    if not send(client, byte) then return nil end
    sleep(what[2] or 0.01)
  end
  return true
end

-- Sends the same bytes repeatedly for this many seconds, as fast as the client reads
function actions.flood(client, what)
  local till = socket.gettime() + what[2]
  while socket.gettime() < till do
    if not send(client, what[1]) then return nil end
    sleep(0)
  end
  return true
end

function actions.file(client, path)
  local file = assert(io.open(path, "rb"))
  for block in function() return file:read(65536) end do
    if not send(client, block) then break end
  end
  file:close()
  return true
end

-- Waits for bytes from the client and drops them
function actions.listen(client)
  return read_more(client, { text = "" })
end

function actions.halfclose(client)
  return client:shutdown "send"
end

function actions.close(client)
  close(client, "server")
end

function actions.reset(client)
  client:setoption("linger", { on = true, timeout = 0 })
  close(client, "server")
end

function actions.stall(client)
  local ignored = { text = "" }
  while read_more(client, ignored) do ignored.text = "" end
end

-- Executes the actions in order; nil if the connection is finished
local function perform(client, script)
  for _, action in ipairs(script) do
    if type(action) == "string" then action = { send = action } end
    local name, value = next(action)
    if not actions[name](client, value) then return nil end
  end
  return true
end

local nothing_left = {
  "HTTP/1.1 500 No Script\r\nContent-Length: 18\r\nContent-Type: text/plain\r\n\r\nno script is left\n",
}

local responders = {} -- the functions of the files that scripts name, by path

-- The actions for a request: those of the script, or those that its file's function returns
local function actions_for(request)
  local script = script_for(request)
  local path = script and script.by
  if not path then
    requests[#requests + 1] = request
    return script or nothing_left
  end
  responders[path] = responders[path] or dofile(path)
  return responders[path](request)
end

local function serve(client, number)
  local buffer = { text = "" }
  local on_connect = take_script "connect"
  local going = not on_connect or perform(client, on_connect)
  while going do
    local request = read_request(client, buffer, number)
    if not request then break end
    going = perform(client, actions_for(request))
  end
  if open[client] then close(client, "client") end
end

-- Commands

local commands = {}

function commands.play(added)
  for _, script in ipairs(added) do
    script.match = script.match or "any"
    scripts[#scripts + 1] = script
  end
  return true
end

function commands.requests()
  return requests
end

function commands.connections()
  return connections
end

-- Connections that are not accepted yet are dropped too: their requests precede the reset.
function commands.reset()
  for client in server.accept, server do client:close() end
  for client in pairs(open) do client:close() end
  scripts, requests, connections, tasks, open = {}, {}, {}, {}, {}
  return true
end

function commands.stop()
  return true
end

local function obey()
  local line = control:receive "*l"
  if not line then os.exit(0) end
  local name, size = line:match("^(%w+) (%d+)$")
  local reply = literal.write(commands[name](literal.read(control:receive(tonumber(size)))))
  control:send(#reply .. "\n" .. reply)
  if name == "stop" then os.exit(0) end
end

-- The loop

local function resume(task, ...)
  local alive, wait = coroutine.resume(task, ...)
  if alive and coroutine.status(task) ~= "dead" then tasks[task] = wait else tasks[task] = nil end
  if not alive then io.stderr:write(tostring(wait), "\n") end
end

local function accept()
  local client = server:accept()
  if not client then return end
  client:settimeout(0)
  client:setoption("tcp-nodelay", true)
  connections[#connections + 1] = { opened = socket.gettime() }
  open[client] = connections[#connections]
  resume(coroutine.create(serve), client, #connections)
end

local function waiting()
  local reading, writing, soonest = { server, control }, {}, nil
  for _, wait in pairs(tasks) do
    if wait.read then reading[#reading + 1] = wait.read end
    if wait.write then writing[#writing + 1] = wait.write end
    if wait.till and (not soonest or wait.till < soonest) then soonest = wait.till end
  end
  return reading, writing, soonest and math.max(0, soonest - socket.gettime())
end

while true do
  local readable, writable = socket.select(waiting())
  local due, now = {}, socket.gettime()
  for task, wait in pairs(tasks) do
    if wait.read and readable[wait.read] or wait.write and writable[wait.write] or wait.till and wait.till <= now then
      due[#due + 1] = task
    end
  end
  for _, task in ipairs(due) do resume(task) end
  if readable[server] then accept() end
  if readable[control] then obey() end
end

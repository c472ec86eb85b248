--- Requests per second and latency of the gateway of examples/nginx, against the same handler over
-- a plain cosocket. The two alternate, with one nginx worker and a server behind it that takes 20
-- ms for a page. It also measures the latency of an unrelated static response of the worker,
-- requested every 2 ms, with and without the load. Needs wrk.
--   luajit bench/nginx.lua ROUNDS

local socket = require "socket"
local nginx = require "spec.support.nginx"
local median = require "bench.median"

local ROUNDS = tonumber(arg[1]) or 3
local SECONDS = 3
local HANDLERS = { "contracts", "cosocket" }
local LABELS = { contracts = "harnest", cosocket = "cosocket" }

local function output(command)
  local process = assert(io.popen(command))
  local text = process:read "*a"
  process:close()
  return text
end

local function milliseconds(text)
  local number, unit = text:match "^([%d.]+)(%a+)$"
  return tonumber(number) * ({ us = 0.001, ms = 1, s = 1000 })[unit]
end

local function wrk(host, path, connections)
  return ("wrk -t1 -c%d -d%d --latency %s%s 2>&1"):format(connections, SECONDS, host.url, path)
end

local function read_wrk(text)
  assert(not text:find "Non%-2xx" and not text:find "Socket errors", text)
  -- The statistics above the distribution have percentages too, 97.50% for example.
  local distribution = assert(text:match "Latency Distribution(.*)", text)
  return {
    rate = tonumber(text:match "Requests/sec:%s*([%d.]+)"),
    middle = milliseconds(distribution:match "%f[%d]50%%%s+(%S+)"),
    worst = milliseconds(distribution:match "%f[%d]99%%%s+(%S+)"),
  }
end

-- Requests /static every 2 ms for `seconds`. Returns the median and the 99th percentile, in
-- milliseconds.
local function probe(host, seconds)
  local connection = assert(socket.connect("127.0.0.1", host.port))
  connection:setoption("tcp-nodelay", true)
  local times, started = {}, socket.gettime()
  repeat
    local asked = socket.gettime()
    connection:send "GET /static HTTP/1.1\r\nHost: localhost\r\n\r\n"
    repeat until assert(connection:receive "*l") == ""
    assert(connection:receive(6) == "static")
    times[#times + 1] = (socket.gettime() - asked) * 1000
    socket.sleep(0.002)
  until socket.gettime() > started + seconds
  connection:close()
  table.sort(times)
  return { middle = times[math.ceil(#times * 0.5)], worst = times[math.ceil(#times * 0.99)] }
end

-- Loads a path by a number of connections and measures /static meanwhile.
local function measure(host, path, connections)
  local load = io.popen(wrk(host, path, connections))
  local static = probe(host, SECONDS - 0.2)
  local result = read_wrk(load:read "*a")
  load:close()
  result.static = static
  return result
end

local function pick(results, name, inner)
  local values = {}
  for i, result in ipairs(results) do
    values[i] = inner and result[inner][name] or result[name]
  end
  return median(values)
end

local function page_of_sandbox()
  local path = "/contracts?include=owner&page%5Bsize%5D=15&sort=title"
  return output(("curl -s -H 'Authorization: Bearer %s' -H 'Accept: application/vnd.api+json' '%s%s'"):format(
    os.getenv "HARNEST_TOKEN", os.getenv "HARNEST_URL", path))
end

local page, kept = page_of_sandbox(), os.tmpname()
local file = assert(io.open(kept, "w"))
file:write(page)
file:close()
local server = nginx.start {
  http = ("init_by_lua_block { page = io.open('%s'):read '*a' }"):format(kept),
  server = [[
    keepalive_requests 1000000000;
    location / {
      default_type application/vnd.api+json;
      content_by_lua_block {
        ngx.sleep(0.02)
        ngx.header.content_length = #page
        ngx.print(page)
      }
    }
  ]],
}
local host = nginx.start {
  env = { HARNEST_URL = server.url .. "/v1/api" },
  http = 'lua_package_path "examples/nginx/?.lua;./?.lua;;";',
  server = [[
    keepalive_requests 1000000000;
    location = /contracts { content_by_lua_block { require("gateway").contracts() } }
    location = /cosocket { content_by_lua_block { require("bench.nginx_cosocket").contracts() } }
    location = /static { return 200 "static"; }
  ]],
}

local function run()
  print(("a page of %d bytes after 20 ms; medians of %d rounds of %d s"):format(#page, ROUNDS, SECONDS))
  local idle = probe(host, SECONDS)
  print(("no load: unrelated p50 %.2f ms, p99 %.2f ms"):format(idle.middle, idle.worst))
  for _, connections in ipairs { 1, 16, 64 } do
    local results, ratios = { contracts = {}, cosocket = {} }, {}
    for round = 1, ROUNDS do
      for _, name in ipairs(HANDLERS) do
        results[name][round] = measure(host, "/" .. name, connections)
        socket.sleep(0.1)
      end
      ratios[round] = results.contracts[round].rate / results.cosocket[round].rate
    end
    for _, name in ipairs(HANDLERS) do
      local all = results[name]
      local times = ("p50 %6.2f ms, p99 %6.2f ms"):format(pick(all, "middle"), pick(all, "worst"))
      print(("c=%-3d %-9s %7.0f requests/s, %s; unrelated p50 %.2f ms, p99 %.2f ms"):format(
        connections, LABELS[name], pick(all, "rate"), times, pick(all, "middle", "static"),
        pick(all, "worst", "static")))
    end
    local ratio = median(ratios)
    print(("c=%-3d harnest / cosocket %.2f (%.2f to %.2f)"):format(connections, ratio, ratios[1], ratios[#ratios]))
  end
end

local fine, err = pcall(run)
os.remove(kept)
host:stop()
server:stop()
assert(fine, err)

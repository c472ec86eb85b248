-- The sandbox's front door: knobs, authentication, media types, routing, and sending what comes out.

local json = require "cjson"
local knobs = require "sandbox.knobs"
local problem = require "sandbox.problem"
local query = require "sandbox.query"
local reading = require "sandbox.reading"
local store = require "sandbox.store"
local watch = require "sandbox.watch"

local app = {}

local MEDIA_TYPE = "application/vnd.api+json"
local EXTENSIONS = {} -- the extensions known, by URI

local tokens = {} -- token to what it may do: "full", "readonly" or "expired"

-- Called once, before the worker starts
function app.configure(settings)
  tokens, app.settings = settings.tokens, settings
end

-- Called when the worker starts
function app.start()
  store.open(app.settings.dir .. "/sandbox.db")
  watch.parent(app.settings)
end

local function authenticate(method)
  local token = (ngx.var.http_authorization or ""):match("^[Bb]earer +(.+)$")
  local right = tokens[token or ""]
  local challenge = { ["WWW-Authenticate"] = "Bearer" }
  if not token then
    problem.raise(401, "no access token was sent", { code = "token_missing", headers = challenge })
  elseif not right then
    problem.raise(401, "the access token is not known", { code = "token_unknown", headers = challenge })
  elseif right == "expired" then
    problem.raise(401, "the access token has expired", { code = "token_expired", headers = challenge })
  elseif right == "readonly" and method ~= "GET" then
    problem.raise(403, "this user may only read", { code = "missing_permission" })
  end
end

-- Whether JSON:API allows these parameters (";a=b;c=d") of its media type
local function parameters_allowed(text, also)
  for name, value in text:gmatch(";%s*([%w-]+)%s*=%s*(%b\"\")") do
    if name == "ext" then
      for uri in value:sub(2, -2):gmatch("%S+") do
        if not EXTENSIONS[uri] then return false end
      end
    elseif name ~= "profile" then
      return false
    end
  end
  for name in text:gsub("%b\"\"", '""'):gmatch(";%s*([%w-]+)") do
    if name ~= "ext" and name ~= "profile" and name ~= also then return false end
  end
  return true
end

local function check_accept()
  local accept = ngx.var.http_accept
  if not accept then return end
  local ranges = accept:gsub('%b""', function(quoted) return (quoted:gsub(",", "%%2C")) end)
  for range in (ranges .. ","):gmatch("%s*(.-)%s*,") do
    local media_type, parameters = range:match("^([^;%s]+)%s*(.*)$")
    local refused = parameters and parameters:find(";%s*q%s*=%s*0%.?0*%s*$")
    if not refused and (media_type == "*/*" or media_type == "application/*") then return end
    if not refused and media_type == MEDIA_TYPE and parameters_allowed(parameters, "q") then return end
  end
  problem.raise(406, "only " .. MEDIA_TYPE .. " without parameters but ext and profile can be answered",
    { source = { header = "Accept" } })
end

local function check_content_type()
  local has_body = (tonumber(ngx.var.http_content_length) or 0) > 0 or ngx.var.http_transfer_encoding
  if not has_body then return end
  local media_type, parameters = (ngx.var.http_content_type or ""):match("^([^;%s]+)%s*(.*)$")
  if media_type ~= MEDIA_TYPE or not parameters_allowed(parameters) then
    problem.raise(415, "bodies come as " .. MEDIA_TYPE, { source = { header = "Content-Type" } })
  end
end

-- What answers each kind of address, by method
local routes = {
  collection = { GET = reading.collection },
  resource = { GET = reading.resource },
  related = { GET = reading.related },
  relationship = { GET = reading.relationship },
}

local function route(path)
  if #path == 1 then return routes.collection, path[1] end
  if #path == 2 then return routes.resource, path[1], path[2] end
  if #path == 3 then return routes.related, path[1], path[2], path[3] end
  if #path == 4 and path[3] == "relationships" then return routes.relationship, path[1], path[2], path[4] end
  problem.raise(404, "no such address")
end

local function dispatch(request)
  local actions, type_name, id, name = route(request.path)
  local action = actions[request.method]
  if not action then
    local allowed = {}
    for method in pairs(actions) do allowed[#allowed + 1] = method end
    problem.raise(405, request.method .. " is not done here", { headers = { Allow = table.concat(allowed, ", ") } })
  end
  return action(request, type_name, id, name)
end

local function failure_errors(status)
  if status ~= 422 then
    return { { status = tostring(status), title = problem.title(status), detail = "as was asked for" } }
  end
  local errors = {}
  for i, field in ipairs { "title", "status" } do
    errors[i] = {
      status = "422", title = "Invalid", detail = field .. " must not be empty",
      source = { pointer = "/data/attributes/" .. field },
    }
  end
  return errors
end

-- Fails the first requests of a key, as the knob /fail asks
local function fail_on_demand(fail)
  local seen = ngx.shared.counters:incr(fail.key, 1, 0)
  if seen > fail.count then return end
  error({ status = fail.status, errors = fail.status ~= 444 and failure_errors(fail.status) or nil }, 0)
end

local function redirect(request)
  local location = request.url:gsub("/redirect/%d+", "", 1)
  if request.query_text ~= "" then location = location .. "?" .. request.query_text end
  return { status = request.knobs.redirect, headers = { Location = location }, body = "" }
end

local function segments_of(path)
  local segments = {}
  for segment in path:gmatch("[^/]+") do segments[#segments + 1] = query.unescape(segment) end
  return segments
end

local function read_request()
  local path, query_text = ngx.var.request_uri:match("^([^?#]*)%??([^#]*)")
  local segments = segments_of(path)
  local set, last = knobs.parse(segments)
  if not set then problem.raise(404, "no such address in the sandbox: " .. last) end
  local request = {
    method = ngx.req.get_method() == "HEAD" and "GET" or ngx.req.get_method(),
    knobs = set, path = {}, query_text = query_text,
  }
  for i = last + 1, #segments do request.path[#request.path + 1] = segments[i] end
  local origin = ngx.var.scheme .. "://" .. (ngx.var.http_host or "localhost")
  request.url = origin .. path
  request.base = origin .. path:match("^.-/v1/api")
  return request
end

local function answer(request)
  local set = request.knobs
  if set.delay then ngx.sleep(set.delay) end
  if set.fail then fail_on_demand(set.fail) end
  if set.redirect then return redirect(request) end
  authenticate(request.method)
  check_accept()
  check_content_type()
  request.query = query.parse(request.query_text, set.shape.known or {})
  return dispatch(request)
end

local error_bodies = {
  html = { "text/html", "<!DOCTYPE html><html><head><title>%d</title></head><body><h1>%s</h1></body></html>" },
  json = { "application/json", '{"code":%d,"message":"%s"}' },
  text = { "text/plain", "%d %s\n" },
  empty = { "text/plain", "" },
}

local function retry_after(text)
  local seconds = text:match("^date%+(%d+)$") -- as a date that is so many seconds ahead
  return seconds and ngx.http_time(ngx.time() + seconds) or text
end

local function failed(failure, set)
  if type(failure) ~= "table" then
    ngx.log(ngx.ERR, failure)
    failure = { status = 500, errors = { { status = "500", title = problem.title(500), detail = tostring(failure) } } }
  end
  if failure.status == 444 then ngx.exit(444) end -- closes the connection without an answer
  local headers = failure.headers or {}
  if set.retry_after then headers["Retry-After"] = retry_after(set.retry_after) end
  local kind = error_bodies[set.body]
  if kind then
    headers["Content-Type"] = kind[1]
    local body = kind[2]:format(failure.status, problem.title(failure.status))
    return { status = failure.status, headers = headers, body = body }
  end
  return { status = failure.status, headers = headers, body = json.encode { errors = failure.errors } }
end

-- An answer that may be kept for so many seconds and asked about again by its ETag
local function revalidate(reply, max_age)
  local etag = '"' .. ngx.md5(reply.body) .. '"'
  reply.headers = reply.headers or {}
  reply.headers.ETag, reply.headers["Cache-Control"] = etag, "private, max-age=" .. max_age
  local known = ngx.var.http_if_none_match or ""
  if known:gsub("^W/", "") == etag then reply.status, reply.body = 304, "" end -- gzip makes an ETag a weak one
end

local function send(reply)
  ngx.status = reply.status
  ngx.header["Content-Type"] = MEDIA_TYPE
  for name, value in pairs(reply.headers or {}) do ngx.header[name] = value end
  if reply.status ~= 304 then ngx.header["Content-Length"] = #reply.body end
  ngx.print(reply.body)
end

-- Answers the request at hand
function app.answer()
  local set = {}
  local ok, reply = pcall(function()
    local request = read_request()
    set = request.knobs
    return answer(request)
  end)
  if not ok then reply = failed(reply, set) end
  if ok and set.max_age and reply.status == 200 then revalidate(reply, set.max_age) end
  send(reply)
end

return app

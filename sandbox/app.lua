-- Entry point of the sandbox: knobs, authentication, media types, routing and sending responses.

local json = require "cjson"
local atomic = require "sandbox.atomic"
local body = require "sandbox.body"
local conditions = require "sandbox.conditions"
local databases = require "sandbox.databases"
local failing = require "sandbox.failing"
local jobs = require "sandbox.jobs"
local knobs = require "sandbox.knobs"
local negotiation = require "sandbox.negotiation"
local performing = require "sandbox.performing"
local problem = require "sandbox.problem"
local query = require "sandbox.query"
local reading = require "sandbox.reading"
local relationships = require "sandbox.relationships"
local store = require "sandbox.store"
local watch = require "sandbox.watch"
local writing = require "sandbox.writing"

local app = {}

local tokens = {} -- maps a token to its rights: "full", "readonly" or "expired"

-- nginx calls this once, before the worker starts.
function app.configure(settings)
  tokens, app.settings = settings.tokens, settings
end

-- nginx calls this when the worker starts.
function app.start()
  databases.start(app.settings.dir)
  watch.parent(app.settings)
end

local function authenticate(method)
  local token = (ngx.var.http_authorization or ""):match("^[Bb]earer +(.+)$")
  local right = tokens[token or ""]
  local challenge = { ["WWW-Authenticate"] = "Bearer" }
  if not token then
    problem.raise(401, "no access token in the request", { code = "token_missing", headers = challenge })
  elseif not right then
    problem.raise(401, "unknown access token", { code = "token_unknown", headers = challenge })
  elseif right == "expired" then
    problem.raise(401, "the access token has expired", { code = "token_expired", headers = challenge })
  elseif right == "readonly" and method ~= "GET" then
    problem.raise(403, "this user has no write permission", { code = "missing_permission" })
  end
end

-- Handlers for each kind of URL, by method
local routes = {
  collection = { GET = reading.collection, POST = writing.create },
  resource = { GET = reading.resource, PATCH = writing.update, DELETE = writing.delete },
  related = { GET = reading.related },
  relationship = {
    GET = reading.relationship, PATCH = relationships.write, POST = relationships.write, DELETE = relationships.write,
  },
  operations = { POST = atomic.run },
  job = { GET = jobs.read },
  job_result = { GET = jobs.result },
}

local function route(path)
  if path[1] == "operations" and #path == 1 then return routes.operations end
  if path[1] == "jobs" and #path == 2 then return routes.job, path[2] end
  if path[1] == "jobs" and #path == 3 and path[3] == "result" then return routes.job_result, path[2] end
  if #path == 1 then return routes.collection, path[1] end
  if #path == 2 then return routes.resource, path[1], path[2] end
  if #path == 3 then return routes.related, path[1], path[2], path[3] end
  if #path == 4 and path[3] == "relationships" then return routes.relationship, path[1], path[2], path[4] end
  problem.raise(404, "no resource at this URL")
end

local function dispatch(request)
  local actions, first, second, third = route(request.path)
  local action = actions[request.method]
  if not action then
    local allowed = {}
    for method in pairs(actions) do allowed[#allowed + 1] = method end
    table.sort(allowed)
    local detail = "method " .. request.method .. " is not allowed for this URL"
    problem.raise(405, detail, { headers = { Allow = table.concat(allowed, ", ") } })
  end
  local function act() return action(request, first, second, third) end
  return request.method == "GET" and act() or performing.write(request, act)
end

local function redirect(request, status, location)
  if request.query_text ~= "" then location = location .. "?" .. request.query_text end
  return { status = status, headers = { Location = location }, body = "" }
end

local function segments_of(path)
  local segments = {}
  for segment in path:gmatch("[^/]+") do segments[#segments + 1] = query.unescape(segment) end
  return segments
end

-- POST can replace PATCH for clients that cannot send PATCH.
local function method_of()
  local method, instead = ngx.req.get_method(), ngx.var.http_x_http_method_override
  if method == "HEAD" then return "GET" end
  if method ~= "POST" or not instead then return method end
  if instead == "PATCH" then return instead end
  problem.raise(400, "X-HTTP-Method-Override supports only PATCH", { source = { header = "X-HTTP-Method-Override" } })
end

-- Reads the request headers that handlers use. Removes the conditional headers, because nginx would
-- compare them with the ETag of the response, which after a write is the new one.
local function take_headers(request)
  request.idempotency_key = ngx.var.http_idempotency_key
  request.if_match, request.if_none_match = ngx.var.http_if_match, ngx.var.http_if_none_match
  ngx.req.clear_header("If-Match")
  ngx.req.clear_header("If-None-Match")
end

local function read_request()
  local path, query_text = ngx.var.request_uri:match("^([^?#]*)%??([^#]*)")
  local segments = segments_of(path)
  local set, last = knobs.parse(segments)
  if not set then problem.raise(404, "unknown knob in the URL: " .. last) end
  local request = {
    knobs = set, path = {}, query_text = query_text, body = body.read(), media_type = negotiation.media_type,
  }
  for i = last + 1, #segments do request.path[#request.path + 1] = segments[i] end
  local origin = ngx.var.scheme .. "://" .. (ngx.var.http_host or "localhost")
  request.url = origin .. path
  request.base = origin .. path:match("^.-/v1/api")
  take_headers(request)
  return request
end

local function answer(request)
  local set = request.knobs
  if set.delay then ngx.sleep(set.delay) end
  failing.on_demand("fail", set.fail)
  if set.redirect then return redirect(request, set.redirect, (request.url:gsub("/redirect/%d+", "", 1))) end
  if set.slash and not request.url:find "/$" then return redirect(request, set.slash, request.url .. "/") end
  request.method = method_of()
  request.is_atomic = request.path[1] == "operations"
  authenticate(request.method)
  negotiation.check(request)
  request.query = query.parse(request.query_text, set.shape.known or {})
  store.use(databases.named(set.copy))
  jobs.settle()
  local reply = dispatch(request)
  if set.delay_after then ngx.sleep(set.delay_after) end
  failing.on_demand("fail-after", set.fail_after)
  return reply
end

local error_bodies = {
  html = { "text/html", "<!DOCTYPE html><html><head><title>%d</title></head><body><h1>%s</h1></body></html>" },
  json = { "application/json", '{"code":%d,"message":"%s"}' },
  text = { "text/plain", "%d %s\n" },
  empty = { "text/plain", "" },
}

local function failed(failure, set)
  if type(failure) ~= "table" then
    ngx.log(ngx.ERR, failure)
    failure = { status = 500, errors = { { status = "500", title = problem.title(500), detail = tostring(failure) } } }
  end
  if failure.status == 444 then ngx.exit(444) end -- closes the connection without an answer
  local headers = failure.headers or {}
  headers["Retry-After"] = knobs.retry_after(set)
  local kind = error_bodies[set.body]
  if kind then
    headers["Content-Type"] = kind[1]
    local text = kind[2]:format(failure.status, problem.title(failure.status))
    return { status = failure.status, headers = headers, body = text }
  end
  return { status = failure.status, headers = headers, body = json.encode { errors = failure.errors } }
end

-- Makes a response cacheable for `max_age` seconds, and revalidates it by its ETag.
local function revalidate(request, reply, max_age)
  reply.headers = reply.headers or {}
  local etag = reply.headers.ETag or '"' .. ngx.md5(reply.body) .. '"'
  reply.headers.ETag, reply.headers["Cache-Control"] = etag, "private, max-age=" .. max_age
  if conditions.is_known(request, etag) then reply.status, reply.body = 304, "" end
end

local function send(reply, media_type)
  ngx.status = reply.status
  ngx.header["Content-Type"] = reply.body ~= "" and media_type or nil
  for name, value in pairs(reply.headers or {}) do ngx.header[name] = value end
  if reply.status ~= 304 and reply.status ~= 204 then ngx.header["Content-Length"] = #reply.body end
  ngx.print(reply.body)
end

-- Handles the current request.
function app.answer()
  local request = { knobs = {} }
  local ok, reply = pcall(function()
    request = read_request()
    return answer(request)
  end)
  if not ok then reply = failed(reply, request.knobs) end
  local may_be_kept = request.method == "GET" and (reply.status == 200 or reply.status == 304)
  if may_be_kept and request.knobs.max_age then revalidate(request, reply, request.knobs.max_age) end
  send(reply, request.media_type or negotiation.media_type)
end

return app

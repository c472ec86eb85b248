-- Jobs: writes with a 202 response that are executed later. A due job is executed at the start of
-- the next request, so for every client it was executed in time.

local json = require "cjson"
local failing = require "sandbox.failing"
local knobs = require "sandbox.knobs"
local problem = require "sandbox.problem"

local jobs = {}

local DEFAULT_SECONDS = 0.2

local function now()
  ngx.update_time()
  return ngx.now()
end

local function url_of(request, job)
  return request.base .. "/jobs/" .. job.id
end

local function described(request, job, status)
  local resource = {
    type = "jobs", id = tostring(job.id), attributes = { status = "pending" }, links = { self = url_of(request, job) },
  }
  local headers = { ["Retry-After"] = knobs.retry_after(request.knobs) }
  return { status = status, headers = headers, body = json.encode { data = resource } }
end

-- Returns the URL of the outcome of a job: the resource, the linkage, the list of a deleted
-- resource, or the result of the job for atomic operations.
local function place_of(request, job, reply)
  if reply.headers and reply.headers.Location then return reply.headers.Location end
  if request.is_atomic then return url_of(request, job) .. "/result" end
  if request.method == "DELETE" and #request.path == 2 then return (request.url:match("^(.*)/")) end
  return request.url
end

-- Returns a 202 response for a write. `act` is called when the job is due; its return value is
-- stored as the response of the job.
function jobs.accept(request, act)
  local list, set = ngx.ctx.database.jobs, request.knobs
  local job = { id = #list + 1, due = now() + (set.job or DEFAULT_SECONDS), by_location = set.job_by_location }
  function job.act()
    if set.job_fails then error(failing.failure(set.job_fails), 0) end
    local reply = act()
    job.place = place_of(request, job, reply)
    return reply
  end
  list[job.id] = job
  if set.answer == "accepted-silent" then return { status = 202, body = "" } end
  local reply = described(request, job, 202)
  if job.by_location then
    reply.headers.Location, reply.body = url_of(request, job), ""
  else
    reply.headers["Content-Location"] = url_of(request, job)
  end
  return reply
end

-- Executes the due jobs of the request's database.
function jobs.settle()
  for _, job in ipairs(ngx.ctx.database.jobs) do
    if not job.is_done and job.due <= now() then
      job.is_done = true
      job.succeeded, job.reply = pcall(job.act)
    end
  end
end

local function found(id)
  return ngx.ctx.database.jobs[tonumber(id)] or problem.raise(404, "no such job: " .. id)
end

-- Returns the response that the write would have had, or raises its failure.
local function outcome_of(job)
  if not job.succeeded then error(job.reply, 0) end
  local reply, headers = job.reply, job.reply.headers or {}
  return {
    status = reply.body == "" and 204 or 200, body = reply.body,
    headers = { ETag = headers.ETag, ["Content-Type"] = headers["Content-Type"] },
  }
end

-- GET /jobs/ID
function jobs.read(request, id)
  local job = found(id)
  if not job.is_done then return described(request, job, job.by_location and 202 or 200) end
  local outcome = outcome_of(job)
  if job.by_location then return outcome end
  return { status = 303, headers = { Location = job.place }, body = "" }
end

-- GET /jobs/ID/result
function jobs.result(_, id)
  local job = found(id)
  return job.is_done and outcome_of(job) or problem.raise(404, "the job is not done: " .. id)
end

return jobs

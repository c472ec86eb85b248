-- Jobs: writes that are answered by a 202 and done later. A job that is due is done when the next request comes, before
-- anything else, so that for every client it was done in time.

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

-- Where the outcome of a job is to be seen: the resource, the linkage, the list that a resource is gone from, or the
-- answer itself where a job had several things to do
local function place_of(request, job, reply)
  if reply.headers and reply.headers.Location then return reply.headers.Location end
  if request.is_atomic then return url_of(request, job) .. "/result" end
  if request.method == "DELETE" and #request.path == 2 then return (request.url:match("^(.*)/")) end
  return request.url
end

-- Answers a write by a promise: `act` is called when the job is due, and returns the answer that is kept for then.
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

-- Does what is due in the request's database
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

-- The answer that the write would have had; what went wrong with it is raised.
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

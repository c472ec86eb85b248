--- Lists that can go on after they were interrupted: after each page, what was written and how far
-- the list has come are kept together.

local harnest = require "harnest"
local source = require "harnest.cli.source"
local writer = require "harnest.cli.writer"

local resumable = {}

local ROWS = 50 -- of a page, if the command does not say

--- Returns the function that writes an item of rows with columns that the user has named, and the
-- list.
local function rows(job)
  job.query.null = harnest.null
  if not job.state.cursor and job.format then
    job.format.begin(job.columns)
  elseif job.format then
    job.format.resume(job.columns, job.state.count)
  end
  local list = (job.api:rows(job.place, job.columns, job.query))
  return list, function(...)
    if job.format then
      job.format.row { ... }
    else
      writer.write((...), "\n")
    end
  end
end

--- Returns the same for rows of all attributes of the first page.
local function attributes(job)
  local columns, warn = job.state.columns, nil
  if columns then
    job.format.resume(columns, job.state.count)
    warn = source.warner(columns)
  end

  local function begin(page)
    columns, warn = source.columns_of(page), source.warner(source.columns_of(page))
    job.state.columns = harnest.array(columns)
    job.format.begin(columns)
  end

  local list = (job.api:list(job.place, job.query))
  return list, function(resource, page)
    if not columns then
      begin(page)
    end
    local members = source.attributes_of(resource)
    local values = { resource.id }
    for i = 2, #columns do
      values[i] = members[columns[i]]
    end
    warn(members)
    job.format.row(values)
  end, function()
    if not columns then
      begin {}
    end
  end
end

--- Returns the same for whole resources.
local function resources(job)
  job.format.resume(nil, job.state.count)
  local list = (job.api:list(job.place, job.query))
  return list, function(resource)
    job.format.value(resource)
  end
end

local function choose(job)
  if job.columns then
    return rows(job)
  elseif job.format.value then
    return resources(job)
  end
  return attributes(job)
end

--- Returns a function that tells from the arguments of an item whether it ends a page.
local function page_end(job)
  local size, last_page, count = job.query.page and job.query.page.size or ROWS, nil, 0
  return function(page)
    if page ~= last_page then
      last_page, count = page, job.columns and count or 0
    end
    count = count + 1
    if count >= (job.columns and size or #page) then
      count = 0
      return true
    end
    return false
  end
end

--- Passes on an item to `put`, and returns whether there was one, and its page. Raises the error of a
-- list.
local function pass(put, first, second, ...)
  if first == nil and second ~= nil then
    error(second, 0)
  elseif first == nil then
    return false
  end
  put(first, second, ...)
  return true, second
end

--- Writes a list from where it was interrupted, or from its beginning.
-- @param job  table:
--   api, place, query  what to list
--   columns   array of strings, or nil for all attributes
--   format    table of functions, with `resume`; nil for ids (then columns is {"id"})
--   state     table {count, cursor, …}: where to go on; it is changed
--   keep      function(state): keeps the state; what was written before is in its file by then
function resumable.write(job)
  local state, limit = job.state, job.query.limit
  job.query.after = state.cursor or job.query.after
  if limit and state.count >= limit then
    if job.format then
      job.format.resume(job.columns or state.columns or {}, state.count)
    end
    return
  end
  job.query.limit = limit and limit - state.count
  local list, put, finish = choose(job)
  local ends_page = page_end(job)
  while true do
    local is_item, page = pass(put, list:next())
    if not is_item then
      break
    end
    state.count = state.count + 1
    if ends_page(not job.columns and page) then
      state.cursor = list:cursor()
      writer.flush()
      job.keep(state)
    end
  end
  if finish then
    finish()
  end
end

return resumable

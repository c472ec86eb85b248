--- Lists that can go on after they were interrupted: after each page, what was written and how far
-- the list has come are kept together.

local harnest = require "harnest"
local cell = require "harnest.cli.cell"
local progress = require "harnest.cli.progress"
local source = require "harnest.cli.source"
local writer = require "harnest.cli.writer"

local resumable = {}

local ROWS = 50 -- of a page, if the command does not say

--- Begins the columns. If they were written before, only the format learns them.
local function begin(job, columns)
  if job.state.count > 0 then
    writer.flush()
    writer.to(false)
    job.format.begin(columns)
    writer.flush()
    writer.to(job.take)
  else
    job.format.begin(columns)
  end
end

--- Returns a table of functions for rows of columns that the user has named: open(), which returns the
-- list, put(…), which writes an item, and finish().
local function rows(job)
  if job.format then
    begin(job, job.columns)
  end
  local lines = job.format and job.format.lines
  job.query.null = harnest.null
  if lines then
    job.query.lines = { format = lines.format, null = lines.null, safe = lines.safe } -- one for each item
  end
  return {
    open = function()
      job.query.missing = job.state.count > 0 and "nil" or nil
      return (job.api:rows(job.place, job.columns, job.query))
    end,
    put = function(...)
      if lines then
        writer.write((...))
      elseif job.format then
        job.format.row { ... }
      else
        writer.write(cell.text((...)) or "", "\n")
      end
    end,
    finish = function() end,
  }
end

--- Returns the same for rows of all attributes of the first page.
local function attributes(job)
  local columns, warn

  local function begin_with(names)
    columns, warn = names, source.warner(names)
    job.state.columns = harnest.array(names)
    begin(job, names)
  end

  if job.state.columns then
    begin_with(job.state.columns)
  end
  return {
    open = function() return (job.api:list(job.place, job.query)) end,
    put = function(resource, page)
      if not columns then
        begin_with(source.columns_of(page))
      end
      warn(source.attributes_of(resource))
      job.format.row(source.values_of(resource, columns))
    end,
    finish = function()
      if not columns then
        begin_with(source.columns_of {})
      end
    end,
  }
end

--- Returns the same for whole resources.
local function resources(job)
  return {
    open = function() return (job.api:list(job.place, job.query)) end,
    put = function(resource) job.format.value(resource) end,
    finish = function() end,
  }
end

local function choose(job)
  if job.columns then
    return rows(job)
  elseif job.format.value then
    return resources(job)
  end
  return attributes(job)
end

--- Returns a function that returns whether an item was the last of its page. Rows do not say their
-- page.
local function page_end(job)
  local size = job.query.page and job.query.page.size or ROWS
  local last_page, count = nil, 0
  return function(page)
    if not job.columns and page ~= last_page then
      last_page, count = page, 0
    end
    count = count + 1
    local is_last = count >= (job.columns and size or #page)
    if is_last then
      count = 0
    end
    return is_last
  end
end

--- Sets where the next list begins, and how much is left.
local function go_on_at(job, cursor, limit)
  job.query.after = cursor or job.query.after
  job.query.limit = limit and limit - job.state.count
end

--- Writes what a list has. Returns the error with which it ended, or nil.
local function write_items(job, list, kind, ends_page)
  local state, is_over = job.state, false

  local function take(first, second, ...)
    if first == nil then
      is_over = true
      return second
    end
    kind.put(first, second, ...)
    state.count = state.count + 1
    progress.tick()
    if ends_page(second) then
      state.cursor = list:cursor()
      writer.flush()
      job.keep(state)
    end
  end

  local err
  while not is_over do
    err = take(list:next())
  end
  return err
end

--- Writes a list from where it was interrupted, or from its beginning.
-- @param job  table:
--   api, place, query  what to list
--   columns   array of strings, or nil for all attributes
--   format    table of functions; nil for ids (then columns is {"id"})
--   take      function that takes blocks, for writer.to; or nil
--   state     table {count, cursor, …}: where to go on; it is changed
--   keep      function(state): keeps the state; all before it has been taken
function resumable.write(job)
  local limit, kind = job.query.limit, choose(job)
  if limit and job.state.count >= limit then
    return
  end
  go_on_at(job, job.state.cursor, limit)
  local list, ends_page = kind.open(), page_end(job)
  local err = write_items(job, list, kind, ends_page)
  if err and source.is_column_error(err) and job.state.count == 0 then
    err = source.column_error(job.api, job.place, job.query, err)
  elseif err and source.is_column_error(err) then -- a later page lacks the column
    go_on_at(job, list:cursor(), limit)
    err = write_items(job, kind.open(), kind, ends_page)
  end
  if err then
    error(err, 0)
  end
  kind.finish()
end

return resumable

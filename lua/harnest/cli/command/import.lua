--- harnest import TYPE FILE

local checkpoint = require "harnest.cli.checkpoint"
local failure = require "harnest.cli.failure"
local journal = require "harnest.cli.journal"
local outcomes = require "harnest.cli.outcomes"
local pool = require "harnest.cli.pool"
local preview = require "harnest.cli.preview"
local record_write = require "harnest.cli.record_write"
local records = require "harnest.cli.records"
local settings = require "harnest.cli.settings"
local type_hint = require "harnest.cli.type_hint"

-- The options that say what is imported.
local COUNTED = { "command", "type", "file", "format", "json", "relationships", "null", "create" }

--- Opens the journal that --checkpoint names; nil without it.
local function open_journal(api, options)
  if not options.checkpoint or preview.is_on(options) then
    return nil
  end
  local server = tostring(api):gsub("^harnest%.client: ", "")
  return journal.open(checkpoint.path(options.checkpoint), checkpoint.order(server, options, COUNTED))
end

--- Returns a function that returns the next record that is not done, as a table {line, text, record,
-- problem, in_doubt}.
local function reader(next_record, kept)
  return function()
    while true do
      local line, text, record, problem = next_record()
      if not line then
        return nil
      end
      local state = kept and kept:state(line, text) or "new"
      if state ~= "done" then
        return { line = line, text = text, record = record, problem = problem, in_doubt = state == "doubt" }
      end
    end
  end
end

--- Whether a record that is in doubt must not be sent again. It may be if it is an update, or if it has
-- its Idempotency-Key again.
local function stays_in_doubt(options, item)
  return item.in_doubt and options.in_doubt == "report" and not record_write.is_update(item.record, options)
end

local function new_doubt()
  local err = failure.new("in_doubt", "it was sent before the interruption; whether it was created is unknown")
  err.outcome_unknown = true
  return err
end

local function report_repeat(line)
  failure.note("line %d was sent before the interruption, its outcome is unknown; it is sent again with the same "
    .. "Idempotency-Key", line)
end

--- Returns a function that imports a record.
local function importer(api, options, kept, results)
  return function(item)
    local place = { line = item.line }
    if not item.record then
      results:fail(place, failure.new("input", "%s", item.problem))
      return
    elseif stays_in_doubt(options, item) then
      results:fail(place, new_doubt())
      return
    end
    local is_update = record_write.is_update(item.record, options)
    if kept then
      kept:begin(item.line, item.text)
    end
    if item.in_doubt and not is_update then
      report_repeat(item.line)
    end
    local key = kept and not is_update and options.in_doubt ~= "report" and kept:key_of(item.line) or nil
    local id, err = record_write.send(api, options, item.record, key)
    type_hint.add(err, item.record.is_partial and item.record.attributes, "--json %s")
    if not err then
      if kept then
        kept:finish(item.line)
      end
      results:done { line = item.line, id = id, result = is_update and "updated" or "created" }
    elseif preview.was_shown(err) then
      results:shown()
    else
      if kept and not err.outcome_unknown then
        kept:fail(item.line)
      end
      results:fail({ line = item.line, id = item.record.id }, err)
      if outcomes.ends_all(err, not is_update) then
        error(err, 0)
      end
    end
  end
end

return function(options)
  local concurrency = preview.is_on(options) and 1 or options.concurrency or 1
  local api = settings.client(options, { max_connections = math.max(concurrency, 8) })
  local next_record, unit = records.open(options.file, options)
  local kept = open_journal(api, options)
  local results = outcomes.new(options, unit)
  local what = unit .. "s"
  results:run(what, kept and "; run the same command again to go on" or "", function()
    local done, raised = pcall(pool.run, api, concurrency, reader(next_record, kept),
      importer(api, options, kept, results))
    if kept and done and results.failed == 0 then
      kept:remove()
    elseif kept then
      kept:close()
    end
    if not done then
      error(raised, 0)
    end
  end)
  results:check(what, kept and "; the output says why; run the same command again to repeat only these"
    or "; the output says why")
end

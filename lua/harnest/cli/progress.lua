--- Progress on standard error: on a terminal only, and after half a second only.
--
-- A call blocks, so the line changes when a response, a retry or a row comes, not while one is
-- awaited.

local uv = require "luv"
local terminal = require "harnest.cli.terminal"

local progress = {}

local DELAY, INTERVAL = 0.5, 0.1 -- seconds: until the first line, and between two
local CHECK_EVERY = 32 -- items
local RATE_FROM = 0.2 -- seconds after the first items, before which their rate says little

local enabled, visible
local started, shown_at, last_check
local arrived, done = 0, 0
local total, limit

local function now()
  return uv.hrtime() / 1e9
end

--- Begins a command.
-- @param options  table: no_progress, verbose (which shows each request instead), limit
function progress.start(options)
  enabled = not options.no_progress and (options.verbose or 0) == 0 and terminal.is(2) and os.getenv "TERM" ~= "dumb"
  visible = false
  started, shown_at, last_check = now(), 0, 0
  arrived, done, total, limit = 0, 0, nil, options.limit
end

--- Returns a whole number with commas between thousands.
function progress.number(number)
  local text = ("%d"):format(number)
  local grouped = text:reverse():gsub("(%d%d%d)", "%1,"):reverse()
  return (grouped:gsub("^,", ""))
end

--- Returns seconds as text: "12 s", "3 min", "2 h".
function progress.seconds(seconds)
  if seconds < 90 then
    return ("%d s"):format(math.ceil(seconds))
  elseif seconds < 90 * 60 then
    return ("%d min"):format(math.ceil(seconds / 60))
  end
  return ("%d h"):format(math.ceil(seconds / 3600))
end

--- Returns the text of a progress line.
-- @param count    items that are done
-- @param all      how many there are, or nil
-- @param elapsed  seconds
function progress.text(count, all, elapsed)
  local parts = { progress.number(count) }
  if all then
    parts[1] = ("%s of %s"):format(parts[1], progress.number(all))
  end
  local rate = elapsed > RATE_FROM and count / elapsed or 0
  if rate > 0 then
    parts[2] = rate >= 10 and progress.number(math.floor(rate)) .. "/s" or ("%.1f/s"):format(rate)
    if all and all > count then
      parts[3] = progress.seconds((all - count) / rate) .. " left"
    end
  end
  return table.concat(parts, terminal.is_utf8() and " · " or ", ")
end

--- Removes the line.
function progress.hide()
  if visible then
    visible = false
    io.stderr:write "\r\27[K"
  end
end

local function show(text)
  visible = true
  io.stderr:write("\r", text, "\27[K")
end

--- Shows the line if it is time.
local function update()
  local time = now()
  if time - started >= DELAY and time - shown_at >= INTERVAL then
    shown_at = time
    show(progress.text(done, total, time - started))
  end
end

--- Counts items that are done. Returns whether all that have arrived are done.
-- @param count  integer: their number; nil for 1
function progress.tick(count)
  done = done + (count or 1)
  if enabled and done - last_check >= CHECK_EVERY then
    last_check = done
    update()
  end
  return done >= arrived
end

--- Returns what a retry waits for: "rate limited, goes on in 12 s".
function progress.retry_text(event)
  local reason = (event.kind or event.reason or "failed"):gsub("_", " ")
  return ("%s, goes on in %s"):format(reason, progress.seconds(event.wait or 0))
end

--- The client's option `trace`.
function progress.trace(event)
  if not started then
    return
  elseif event.event == "page" then
    arrived = arrived + (event.resources or 0)
    total = event.total and math.min(event.total, limit or event.total) or total
  elseif event.event == "retry" and enabled and (event.wait or 0) >= DELAY then
    show(progress.retry_text(event))
    return
  end
  if enabled and done > 0 then
    update()
  end
end

return progress

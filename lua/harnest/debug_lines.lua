--- Debug output: trace events as lines of text (option `debug`, HARNEST_DEBUG).
-- A line begins with the first characters of the X-Request-Id, which distinguish concurrent requests.

local debug_lines = {}

-- Characters of the request id at the beginning of lines.
local ID_LENGTH = 8

--- Returns a text with spaces in place of control characters, since servers write parts of it.
local function clean(text)
  return (text:gsub("%c", " "):gsub("\194[\128-\159]", " "))
end

--- Writes a line to the standard error.
local function write_to_stderr(line)
  io.stderr:write(line .. "\n")
end

local function seconds_of(event)
  return ("%.3f s"):format(event.seconds or 0)
end

--- Returns status and kind, as far as the event has them: "404 not_found".
local function result_of(event)
  return (event.status and event.status .. (event.kind and " " or "") or "") .. (event.kind or "")
end

-- The line of each kind of event.
local lines = {}

function lines.request(event)
  local id = event.request_id and " (X-Request-Id " .. event.request_id .. ")" or ""
  return ("request %s %s, attempt %d%s"):format(event.method, event.url, event.attempt, id)
end

function lines.response(event)
  if event.cached then
    return ("response %d %s %s from the cache"):format(event.status, event.method, event.url)
  end
  return ("response %s %s %s in %s, %d bytes%s"):format(result_of(event), event.method, event.url,
    seconds_of(event), event.bytes or 0, event.message and ": " .. event.message or "")
end

function lines.retry(event)
  return ("retry %s %s in %.3f s: %s"):format(event.method, event.url, event.wait, event.reason or "")
end

function lines.page(event)
  return ("page %s %s, %d resources"):format(event.method, event.url, event.resources)
end

--- Calls `write` for each header, in the order of the names.
local function write_headers(headers, write)
  local names = {}
  for name in pairs(headers or {}) do
    names[#names + 1] = name
  end
  table.sort(names)
  for _, name in ipairs(names) do
    local values = headers[name]
    for _, value in ipairs(type(values) == "table" and values or { values }) do
      write(name .. ": " .. value)
    end
  end
end

--- Calls `write` for each line of the beginning of a body of `size` bytes.
local function write_body(body, size, write)
  if not body then
    return
  end
  for line in (body:gsub("\n$", "") .. "\n"):gmatch "([^\n]*)\n" do
    write(line)
  end
  if size > #body then
    write(("... (%d of %d bytes)"):format(#body, size))
  end
end

--- Removes what the lines needed and the script has not asked for.
-- @param detail  "body", "headers" or nil
local function remove_detail(event, detail)
  if detail ~= "body" then
    event.request_body, event.body, event.body_size = nil, nil, nil
  end
  if not detail then
    event.request_headers, event.headers = nil, nil
  end
end

--- Makes a function that writes trace events as lines.
-- @param take   function that takes a line without its line feed; else the standard error
-- @param trace  function that gets each event after its lines were written; or nil
-- @param detail the option trace_detail: what `trace` gets beyond the facts
-- @return a trace function
function debug_lines.trace(take, trace, detail)
  take = type(take) == "function" and take or write_to_stderr
  return function(event)
    local start = "harnest " .. (event.request_id or "-"):sub(1, ID_LENGTH) .. ": "
    local function write(line)
      take(clean(start .. line))
    end
    local mark = event.event == "request" and "  > " or "  < "
    local function write_detail(line)
      write(mark .. line)
    end
    write(lines[event.event](event))
    write_headers(event.request_headers or event.headers, write_detail)
    write_body(event.request_body or event.body, event.body_size, write_detail)
    if trace then
      remove_detail(event, detail)
      trace(event)
    end
  end
end

return debug_lines

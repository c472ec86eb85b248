--- Requests that are shown instead of being sent: the options --dry-run and --curl.

local harnest = require "harnest"
local writer = require "harnest.cli.writer"
local shell = require "harnest.cli.shell"

local preview = {}

local HIDDEN = "[token]" -- what the library shows in the place of secrets
local shown = {} -- the request ids of what was shown
local is_first = true

-- Headers that differ from run to run, or that curl sets by itself.
local left_out = { ["x-request-id"] = true, ["content-length"] = true, ["accept-encoding"] = true }

--- Returns the headers of a request as an array of {name, value}, in the order of the names.
local function sorted_headers(event)
  local headers = {}
  for name, value in pairs(event.request_headers or {}) do
    if not left_out[name] then
      headers[#headers + 1] = { name, value }
    end
  end
  table.sort(headers, function(one, other) return one[1] < other[1] end)
  return headers
end

local function body_of(event)
  local body = event.request_body
  return body and body ~= "" and body or nil
end

--- Returns the text of a request, as HTTP has it.
local function as_text(event)
  local lines = { event.method .. " " .. event.url }
  for _, header in ipairs(sorted_headers(event)) do
    lines[#lines + 1] = header[1] .. ": " .. header[2]
  end
  local body = body_of(event)
  if body then
    lines[#lines + 1] = ""
    lines[#lines + 1] = body
  end
  return table.concat(lines, "\n") .. "\n"
end

--- Returns a header as an argument of curl. A shell variable stands for a secret: HARNEST_TOKEN for
-- that of Authorization, the header's name in upper case for others.
local function header_argument(name, value)
  if value:sub(-#HIDDEN) ~= HIDDEN then
    return shell.quoted(value == "" and name .. ";" or name .. ": " .. value)
  end
  local variable = name == "authorization" and "HARNEST_TOKEN" or name:upper():gsub("[^A-Z0-9]", "_")
  return shell.quoted_with_variable(name .. ": " .. value:sub(1, -#HIDDEN - 1), variable)
end

--- Returns the arguments of curl for the method.
local function method_arguments(method, has_body)
  if method == "HEAD" then
    return { "--head" }
  elseif method == "GET" and not has_body then
    return {}
  end
  return { "-X " .. method }
end

--- Returns a command of a shell that sends a request.
-- @param ca_file  string or nil: certificate authorities
local function as_curl(event, ca_file)
  local body = body_of(event)
  local parts = method_arguments(event.method, body)
  if ca_file and event.url:find "^https:" then
    parts[#parts + 1] = "--cacert " .. shell.quoted(ca_file)
  end
  parts[#parts + 1] = "--globoff " .. shell.quoted(event.url)
  for _, header in ipairs(sorted_headers(event)) do
    parts[#parts + 1] = "-H " .. header_argument(header[1], header[2])
  end
  if body then
    parts[#parts + 1] = "--data-raw " .. shell.quoted(body)
  end
  return "curl " .. table.concat(parts, " \\\n  ") .. "\n"
end

--- Whether the options ask to show requests.
function preview.is_on(options)
  return options.dry_run or options.curl or false
end

--- Returns options for harnest.new or api:with: requests are shown and not sent.
-- @param options         table: the parsed options
-- @param client_options  table: the options of the client. A token function is not called.
function preview.client_options(options, client_options)
  local ca_file = client_options.ca_file or os.getenv "HARNEST_CA_FILE"
  local has_token_function = type(client_options.token) == "function"
  return {
    token = has_token_function and "not-asked-for-" .. harnest.uuid() or nil,
    dry_run = true,
    trace_detail = "body",
    trace = function(event)
      if event.event == "request" then
        shown[event.request_id] = true
        if not is_first then
          writer.show("\n")
        end
        is_first = false
        writer.show(options.curl and as_curl(event, ca_file) or as_text(event))
      end
    end,
  }
end

--- Whether an error says that its request was shown and not sent.
function preview.was_shown(err)
  return type(err) == "table" and err.kind == "refused" and err.request_id ~= nil and shown[err.request_id] or false
end

return preview

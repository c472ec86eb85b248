--- The client of a command: from options, environment and profile, in this order of precedence.

local harnest = require "harnest"
local cassette = require "harnest.cli.cassette"
local failure = require "harnest.cli.failure"
local preview = require "harnest.cli.preview"
local profile = require "harnest.cli.profile"
local progress = require "harnest.cli.progress"

local settings = {}

--- Returns the first line of a text.
local function first_line(text)
  return (text:match "^[^\r\n]*")
end

--- Returns a token function that runs a command. Its first line of output is the token. The command
-- does not read the standard input of harnest. Messages do not show it, since it may contain secrets.
local function token_of_command(command)
  -- the status is the last line, since PUC Lua 5.1 has none of popen
  local script = "(" .. command .. "\n) </dev/null; printf '\\n%d' $?"
  return function()
    local process = assert(io.popen(script, "r"))
    local text = process:read "*a"
    process:close()
    local printed, status = text:match "^(.*)\n(%d+)$"
    local token = first_line(printed or "")
    if status ~= "0" then
      return nil, ("token_command failed with status %s"):format(status or "unknown")
    elseif token == "" then
      return nil, "token_command printed no token"
    end
    return token
  end
end

--- Returns a token function that reads a file's first line.
local function token_of_file(path)
  return function()
    local file, message = io.open(path, "rb")
    if not file then
      return nil, "token_file: " .. message
    end
    local token = first_line(file:read "*a" or "")
    file:close()
    if token == "" then
      return nil, "token_file is empty: " .. path
    end
    return token
  end
end

--- Where the token is from: a text for `harnest status`, and the token or the function to get it.
local function find_token(chosen)
  if chosen.authorization then
    return "the profile's authorization", nil
  elseif chosen.token then
    return "the profile's token", chosen.token
  elseif chosen.token_command then
    return "the profile's token_command", token_of_command(chosen.token_command)
  elseif chosen.token_file then
    return "the profile's token_file: " .. chosen.token_file, token_of_file(chosen.token_file)
  elseif (os.getenv "HARNEST_TOKEN" or "") ~= "" then
    return "the variable HARNEST_TOKEN", nil -- harnest.new reads it
  end
  return "none", nil
end

--- Parses "20/1s": requests in a number of seconds.
local function rate_of(text)
  local requests, per = text:match "^(%d+)/(%d*%.?%d*)s?$"
  local seconds = per == "" and 1 or tonumber(per)
  if not requests or tonumber(requests) < 1 or not seconds or seconds <= 0 then
    failure.usage('option --rate: expected REQUESTS/SECONDS, such as 20/1s, got "%s"', text)
  end
  return { requests = tonumber(requests), per = seconds }
end

local debug_levels = { [0] = false, "1", "headers", "body" }

--- Returns the value of the client's option `debug` for the number of -v.
local function debug_of(verbose)
  local level = debug_levels[math.min(verbose or 0, #debug_levels)]
  return level == "1" and true or level or nil
end

--- Returns the profile that the options choose and the options for harnest.new.
-- @return a table {profile = name or nil, path, server, token_source} and the client's options
function settings.resolve(options)
  local chosen, name, path = profile.choose(options)
  local source, token = find_token(chosen)
  local url, company = options.url, options.company
  if not url and not company then
    url, company = chosen.url, chosen.company
  end
  local recording, cassette_mode = cassette.client_options(options)
  return { profile = name, path = path, token_source = source }, {
    url = url,
    company = company,
    dialect = chosen.dialect,
    token = token,
    authorization = chosen.authorization,
    ca_file = chosen.ca_file,
    headers = chosen.headers,
    timeout = options.timeout,
    deadline = options.deadline,
    retries = options.retries,
    rate = options.rate and rate_of(options.rate),
    debug = debug_of(options.verbose),
    cassette = recording,
    cassette_mode = cassette_mode,
  }
end

--- Makes the client of a command. With --dry-run or --curl it shows its requests.
-- @param options  table: the parsed options
-- @param more     table or nil: more options for harnest.new
function settings.client(options, more)
  local api, client_options = settings.sending_client(options, more)
  if preview.is_on(options) then
    return settings.showing_client(api, options, client_options)
  end
  return api
end

--- Makes a client that sends its requests, whatever the options say.
-- @return the client, and the options of harnest.new
function settings.sending_client(options, more)
  local _, client_options = settings.resolve(options)
  progress.start(options)
  client_options.trace = progress.trace
  for name, value in pairs(more or {}) do
    client_options[name] = value
  end
  local api = harnest.new(client_options)
  if client_options.cassette then
    cassette.keep(api)
  end
  return api, client_options
end

--- Makes a client from one that sends. It shows its requests and writes nothing else.
-- @param api             the client that sends
-- @param options         table: the parsed options
-- @param client_options  table: the options of harnest.new
function settings.showing_client(api, options, client_options)
  return api:with(preview.client_options(options, client_options))
end

return settings

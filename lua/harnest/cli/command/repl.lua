--- harnest repl: Lua, line by line, with `api`.

local harnest = require "harnest"
local failure = require "harnest.cli.failure"
local line_editor = require "harnest.cli.line_editor"
local names = require "harnest.cli.names"
local settings = require "harnest.cli.settings"
local show = require "harnest.cli.show"
local terminal = require "harnest.cli.terminal"
local writer = require "harnest.cli.writer"

local PROMPT, MORE = "harnest> ", "      >> "
local unpack = table.unpack or unpack -- luacheck: ignore

--- Compiles a text as an expression or as statements.
-- @return a function; or nil, a message and whether the text is only incomplete
local function compile(text, env)
  local function try(code)
    if setfenv then -- luacheck: ignore
      local chunk, message = loadstring(code, "=input") -- luacheck: ignore
      return chunk and setfenv(chunk, env), message -- luacheck: ignore
    end
    return load(code, "=input", "t", env)
  end
  local chunk, message = try("return " .. text)
  if not chunk then
    chunk, message = try(text)
  end
  return chunk, message, message and message:find "<eof>'?$" ~= nil
end

--- Reads a text of one or more lines and compiles it. Returns nil at the end of the input.
local function read(editor, env)
  local text = editor.read(PROMPT)
  if not text then
    return nil
  end
  while true do
    local chunk, message, is_incomplete = compile(text, env)
    local line = not chunk and is_incomplete and editor.read(MORE)
    if not line then
      return chunk or function() error(message, 0) end
    end
    text = text .. "\n" .. line
  end
end

--- Shows what a text has returned: values, or nil and an error.
local function show_results(options, count, ...)
  local first, err = ...
  if first == nil and type(err) == "table" and err.message then
    error(err, 0)
  end
  for i = 1, first ~= nil and tostring(first):find "^harnest%.listing" and 1 or count do
    local failed = show.value((select(i, ...)), options)
    if failed then
      error(failed, 0)
    end
  end
end

local function pack(...)
  return select("#", ...), { ... }
end

--- Runs one text. Errors are shown.
local function evaluate(chunk, options)
  local done, raised = pcall(function()
    local count, values = pack(chunk())
    show_results(options, count, unpack(values, 1, count))
    writer.flush()
  end)
  if not done then
    if raised == writer.READER_GONE then
      error(raised, 0)
    end
    writer.flush()
    local is_text = type(raised) ~= "table" or not raised.message
    failure.report(is_text and failure.new("script", "%s", tostring(raised)) or raised, options)
  end
end

--- Returns a function from a word to its completions: methods of api, types, fields and globals.
local function completer(api, options, env)
  local methods = {}
  for name in pairs(getmetatable(api).__index) do
    methods[#methods + 1] = "api:" .. name .. "("
  end
  return function(word)
    local found, known = {}, {}
    local function add(name)
      if type(name) == "string" and not known[name] and name:sub(1, #word) == word then
        known[name] = true
        found[#found + 1] = name
      end
    end
    for _, name in ipairs(methods) do
      add(name)
    end
    if word:find "^api[:.]" then
      return found
    end
    local last = word:match "^(.*%.)" or ""
    for place in pairs(names.types(options)) do
      add(place)
      for field in pairs(names.fields(options, place)) do
        add(last .. field)
      end
    end
    for _, globals in ipairs { env, _G } do
      for name in pairs(globals) do
        add(name)
      end
    end
    return found
  end
end

return function(options)
  local api = settings.client(options)
  local env = setmetatable({ api = api, harnest = harnest, null = harnest.null }, { __index = _G })
  local editor = line_editor.new(completer(api, options, env))
  if terminal.is(0) and terminal.is(1) then
    writer.write(("harnest %s, %s. For example: api:list \"contracts\"  (Ctrl-D ends)\n"):format(harnest.VERSION,
      (tostring(api):gsub("^harnest%.client: ", ""))))
    writer.flush()
  end
  while true do
    local chunk = read(editor, env)
    if not chunk then
      break
    end
    evaluate(chunk, options)
  end
  if editor.name == "readline" then
    writer.write "\n"
  end
  editor.close()
end

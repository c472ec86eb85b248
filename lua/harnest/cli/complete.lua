--- Candidates that complete a command line.

local arguments = require "harnest.cli.arguments"
local names = require "harnest.cli.names"
local profile = require "harnest.cli.profile"

-- Options whose argument is a list of names that commas separate
local lists = { ["--fields"] = true, ["--include"] = true, ["--sort"] = true }

-- The shells, for `harnest completion`
local shells = { bash = true, zsh = true, fish = true }

--- Joins what bash divides at "=".
local function joined(words)
  local list = {}
  for i, word in ipairs(words) do
    local last = list[#list]
    if i > 1 and (word == "=" or words[i - 1] == "=" and last:sub(-1) == "=") then
      list[#list] = last .. word
    else
      list[#list + 1] = word
    end
  end
  return list
end

--- Reads the words before the last one: the command, its positional arguments, the options of the
-- client, and the option whose argument is due.
local function read(parser, words)
  local state = { positional = {}, options = {}, known = {} }
  local i = 1
  while i < #words do
    local word = words[i]
    local name, value = word:match "^(%-%-?[^=]+)=?(.*)$"
    local option = name and state.known[name]
    if option and option._maxargs > 0 then
      if not word:find("=", 1, true) then
        i = i + 1
        value = words[i]
      end
      if i >= #words then
        state.pending = option
      else
        state.options[name:gsub("^%-+", "")] = value
      end
    elseif not name and not state.command then
      for _, command in ipairs(parser._commands) do
        if command._name == word then
          state.command = command
          for _, candidate in ipairs(command._options) do
            for _, alias in ipairs(candidate._aliases) do
              state.known[alias] = candidate
            end
          end
        end
      end
      if not state.command then
        return nil
      end
    elseif not name then
      state.positional[#state.positional + 1] = word
    end
    i = i + 1
  end
  return state
end

--- Adds the keys of a table as candidates behind `before`.
local function add_keys(list, before, keys, after)
  for name in pairs(keys) do
    list[#list + 1] = before .. name .. (after or "")
  end
end

--- Adds the candidates for an option's argument.
local function add_values(list, option, state, before, word)
  local name = option._name
  for _, alias in ipairs(option._aliases) do
    name = alias:sub(1, 2) == "--" and alias or name
  end
  local place = state.positional[1] or ""
  if option._choices then
    for _, choice in ipairs(option._choices) do
      list[#list + 1] = before .. choice
    end
  elseif name == "--profile" then
    for _, candidate in ipairs(profile.names()) do
      list[#list + 1] = before .. candidate
    end
  elseif name == "--filter" then
    add_keys(list, before, names.fields(state.options, place), "=")
  elseif lists[name] then
    local earlier = word:match "^(.*,%-?)[^,]*$" or word:match "^%-?"
    for field, kind in pairs(names.fields(state.options, place)) do
      if name ~= "--include" or kind == "relationships" then
        list[#list + 1] = before .. earlier .. field
      end
    end
    if name == "--fields" then
      list[#list + 1] = before .. earlier .. "id"
    end
  end
end

--- Adds the candidates for a positional argument.
local function add_positional(list, parser, state)
  local index = #state.positional + 1
  local all = state.command._arguments
  local argument = all[index] or all[#all] and all[#all]._maxargs > index and all[#all]
  if state.command._name == "help" then
    for _, command in ipairs(parser._commands) do
      if not command._hidden then
        list[#list + 1] = command._name
      end
    end
  elseif state.command._name == "completion" then
    add_keys(list, "", shells)
  elseif argument and argument._name == "type" then
    add_keys(list, "", names.types(state.options))
  elseif argument and argument._name == "name" then
    for field, kind in pairs(names.fields(state.options, state.positional[1] or "")) do
      if kind == "relationships" then
        list[#list + 1] = field
      end
    end
  end
end

--- Returns the candidates, with the word that is completed at their beginning.
local function candidates(parser, words)
  local word, list = words[#words], {}
  local state = read(parser, words)
  if not state then
    return list
  elseif not state.command then
    for _, command in ipairs(parser._commands) do
      if not command._hidden then
        list[#list + 1] = command._name
      end
    end
  elseif state.pending then
    add_values(list, state.pending, state, "", word)
  elseif word:find "^%-%-[^=]+=" then
    local name, value = word:match "^(%-%-[^=]+)=(.*)$"
    if state.known[name] then
      add_values(list, state.known[name], state, name .. "=", value)
    end
  elseif word:sub(1, 1) == "-" then
    for alias in pairs(state.known) do
      list[#list + 1] = alias:sub(1, 2) == "--" and alias or nil
    end
  else
    add_positional(list, parser, state)
  end
  return list
end

--- Returns the candidates that complete the last word, sorted.
-- @param words    array of strings: the command line without the program's name; the last may be ""
-- @param divided  whether words are divided at "=", as bash does; then only what follows the last "="
--                 is returned
return function(words, divided)
  local all = divided and joined(words) or words
  local word, found = all[#all] or "", {}
  for _, candidate in ipairs(candidates(arguments.parser(), all)) do
    if candidate:sub(1, #word) == word then
      found[#found + 1] = divided and candidate:sub(#(word:match "^.*=" or "") + 1) or candidate
    end
  end
  table.sort(found)
  return found
end

--- The words of the command line before argparse sees them.
--
-- argparse takes a word that begins with "-" for an option, also where an option's argument is due
-- (--sort -title), and knows the options of a command only after the command's name. As with getopt,
-- both are accepted here. Defaults of a profile become words, too, so that they are checked as
-- options are.

local failure = require "harnest.cli.failure"
local nearest = require "harnest.cli.nearest"

local words = {}

--- Returns the options of a command, or of all commands: a table from each name, such as "--url", to
-- whether it takes an argument.
-- @param command  a command's name, or nil
function words.options(parser, command)
  local takes = {}
  for _, candidate in ipairs(parser._commands) do
    if not command or candidate._name == command then
      for _, option in ipairs(candidate._options) do
        for _, alias in ipairs(option._aliases) do
          takes[alias] = option._maxargs > 0
        end
      end
    end
  end
  return takes
end

--- Returns the names of the commands as the keys of a table.
function words.commands(parser)
  local names = {}
  for _, command in ipairs(parser._commands) do
    if not command._hidden then
      names[command._name] = true
    end
  end
  return names
end

local function is_option(word)
  return #word > 1 and word:sub(1, 1) == "-"
end

--- Joins an option and an argument that begins with "-", by "=".
local function join(argv, takes)
  local joined, i = {}, 1
  while i <= #argv do
    local word, following = argv[i], argv[i + 1]
    if word == "--" then
      for j = i, #argv do
        joined[#joined + 1] = argv[j]
      end
      break
    elseif word:sub(1, 2) == "--" and takes[word] and following and is_option(following)
      and takes[following:match "^[^=]*"] == nil and following ~= "--" then
      word, i = word .. "=" .. following, i + 1
    end
    joined[#joined + 1] = word
    i = i + 1
  end
  return joined
end

--- Moves options that stand before the command behind it.
local function reorder(argv, takes, commands)
  local before, i = {}, 1
  while argv[i] and is_option(argv[i]) and argv[i] ~= "--" do
    if takes[argv[i]] == nil and takes[argv[i]:match "^[^=]*"] == nil and not argv[i]:find "^%-v+$" then
      return argv -- one that no command knows, which argparse names
    end
    before[#before + 1] = argv[i]
    if takes[argv[i]] then
      i = i + 1
      before[#before + 1] = argv[i]
    end
    i = i + 1
  end
  if not argv[i] or not commands[argv[i]] or before[1] == "-h" or before[1] == "--help" then
    return argv
  end
  local ordered = { argv[i] }
  for _, word in ipairs(before) do
    ordered[#ordered + 1] = word
  end
  for j = i + 1, #argv do
    ordered[#ordered + 1] = argv[j]
  end
  return ordered
end

--- Returns the words in the form that argparse reads.
function words.prepare(parser, argv)
  if argv[1] == "complete" then
    return argv
  end
  local commands = words.commands(parser)
  argv = reorder(argv, words.options(parser), commands)
  local command = commands[argv[1] or ""] and argv[1]
  return join(argv, words.options(parser, command))
end

--- Returns the words of a default: nil for one that is switched off.
local function default_words(option, value, takes, list)
  if type(value) == "table" then
    for _, item in ipairs(value) do
      default_words(option, item, takes, list)
    end
  elseif value == true and not takes then
    list[#list + 1] = option
  elseif value ~= false and takes then
    list[#list + 1] = option .. "=" .. (type(value) == "number" and ("%.14g"):format(value) or tostring(value))
  elseif value ~= false then
    failure.usage('the profile\'s default "%s": expected true or false', option:sub(3))
  end
end

--- Returns the words with a profile's defaults after the command, so that later words override them.
-- @param command   the command's name, the first of the words
-- @param defaults  table from option names, such as "page-size", to values
-- @param suits     function(name, value): whether a default suits the command
-- Raises a usage error for an option that no command has. One that only other commands have is left
-- out.
function words.with_defaults(parser, argv, command, defaults, suits)
  local all, takes = words.options(parser), words.options(parser, command)
  local names, list = {}, { argv[1] }
  for name in pairs(defaults) do
    names[#names + 1] = name
  end
  table.sort(names)
  for _, name in ipairs(names) do
    local option = "--" .. name:gsub("_", "-")
    if all[option] == nil then
      failure.usage('the profile\'s default "%s": unknown option%s', name, nearest.advice(option, all))
    elseif takes[option] ~= nil and suits(name, defaults[name]) then
      default_words(option, defaults[name], takes[option], list)
    end
  end
  for i = 2, #argv do
    list[#list + 1] = argv[i]
  end
  return list
end

--- Returns the first argument of an option that is none of the known ones; nil if there is none.
-- @param option  string: the option's name, as it was given: "-o" or "--output"
local function wrong_argument(argv, option, known)
  for i, word in ipairs(argv) do
    local value
    if word == option then
      value = argv[i + 1]
    elseif word:sub(1, #option) == option then
      value = word:sub(#option + 1):gsub("^=", "")
    end
    if value and not known[value] then
      return value
    end
  end
end

--- Returns the message for an option's argument that is none of its choices; nil for another message
-- of argparse.
local function message_of_choices(argv, message)
  local option, choices = message:match "^argument for option '(.-)' must be one of '(.*)'$"
  if not option then
    return nil
  end
  local names, known = {}, {}
  for name in (choices .. "', '"):gmatch "(.-)', '" do
    names[#names + 1] = name
    known[name] = true
  end
  local value = wrong_argument(argv, option, known) or ""
  local best = nearest.name(value, known)
  return ('option %s: expected %s or %s, got "%s"%s'):format(option, table.concat(names, ", ", 1, #names - 1),
    names[#names], value, best and ('; did you mean "%s"?'):format(best) or "")
end

--- Returns the message of argparse for wrong arguments on one line, with the nearest known name.
function words.message(parser, argv, message)
  message = message:match "^[^\n]*"
  local command = words.commands(parser)[argv[1] or ""] and argv[1] or nil
  local unknown = message:match "^unknown command '(.*)'"
  if unknown then
    return ('unknown command "%s"%s'):format(unknown, nearest.advice(unknown, words.commands(parser)))
  end
  local of_choices = message_of_choices(argv, message)
  if of_choices then
    return of_choices
  end
  local more = command and "harnest help " .. command or "harnest help"
  unknown = message:match "^unknown option '(.*)'"
  if unknown then
    local best = nearest.name(unknown, words.options(parser, command))
    if best == unknown then
      return ("expected a command (%s lists all)"):format(more)
    end
    return ('unknown option "%s" (%s)'):format(unknown, best and ('did you mean "%s"?'):format(best)
      or more .. " lists all")
  end
  return ("%s (see %s)"):format(message:gsub("'", '"'), more)
end

return words

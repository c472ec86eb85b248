-- Runs files of specs for spec/worker: spec/worker.lua [ARGUMENT_OF_BUSTED ...]. Takes files of the
-- queue $RUN_DIR/queue/$LUA until none is left. For each it prints a line and appends "PASSED FAILED
-- LUA FILE" to $RUN_DIR/results.
--
-- Each file has a process of its own. Without a RUNNER, that is a copy of this process, which has
-- loaded busted and the libraries of the core: half of the time of a short file.

local lfs = require "lfs"
local quote = require "spec.support.shell_quote"

local RUN_DIR, LUA, BUSTED, RUNNER = os.getenv "RUN_DIR", os.getenv "LUA", os.getenv "BUSTED", os.getenv "RUNNER"
local LOADED = [[
  busted busted.block busted.compatibility busted.context busted.core busted.environment busted.execute
  busted.fixtures busted.languages.en busted.luajit busted.modules.cli busted.modules.configuration_loader
  busted.modules.filter_loader busted.modules.helper_loader busted.modules.luacov
  busted.modules.output_handler_loader busted.modules.test_file_loader busted.modules.files.lua busted.options
  busted.outputHandlers.base busted.outputHandlers.plainTerminal busted.runner busted.status busted.utils
  cjson cliargs cliargs.config_loader cliargs.core cliargs.printer luassert luassert.mock luassert.spy luassert.stub
  mediator pl.Map pl.class pl.dir pl.pretty socket
]]

local process, child_server
if not RUNNER then
  process = require "posix_process"
  child_server = require "spec.support.child_server"
  package.loadlib(os.getenv "HARNEST_BUILD" .. "/harnest/core_main.so", "luaopen_harnest_core") -- on Linux
  local run_child = child_server.start()
  if run_child then return run_child() end
  for name in LOADED:gmatch "%S+" do pcall(require, name) end -- other versions of busted have others
end

-- Arguments of busted for a file
local function busted_arguments(file)
  local arguments = { "-o", "plainTerminal" }
  for _, argument in ipairs(arg) do arguments[#arguments + 1] = argument end
  arguments[#arguments + 1] = file
  return arguments
end

-- Runs a file by the RUNNER. Returns whether its exit status is 0.
local function run_file(file, log)
  local words = { RUNNER, LUA, BUSTED }
  for _, argument in ipairs(busted_arguments(file)) do words[#words + 1] = quote(argument) end
  local status = os.execute(("%s >%s 2>&1"):format(table.concat(words, " "), log))
  return status == true or status == 0
end

-- What busted says in its line "3 successes / 0 failures / 0 errors / 0 pending : 0.02 seconds", and of
-- skipped specs. A process that ended without counts, or with another exit status, counts as a failure.
local function read_log(log, succeeded)
  local result = { passed = 0, failed = 1, seconds = 0, skipped = {} }
  for line in io.lines(log) do
    local passed, failures, errors, seconds =
      line:match "^(%d+) success%a* / (%d+) failures? / (%d+) errors? / %d+ pending : ([%d.]+) seconds"
    if passed then
      result.passed, result.failed, result.seconds = tonumber(passed), failures + errors, tonumber(seconds)
    end
    result.skipped[#result.skipped + 1] = line:match "SKIPPED: .*"
  end
  if result.failed == 0 and not succeeded then result.failed = 1 end
  return result
end

local function report(file, result)
  local results = assert(io.open(RUN_DIR .. "/results", "a"))
  results:write(("%d %d %s %s\n"):format(result.passed, result.failed, LUA, file))
  results:close()

  local outcome = result.passed .. " passed"
  if result.failed > 0 then outcome = ("%s, %d FAILED"):format(outcome, result.failed) end
  if result.passed + result.failed == 0 then outcome = "no specs for this Lua" end
  local lines = result.skipped
  lines[#lines + 1] = ("%-6s %s: %s (%.1f s)\n"):format(LUA, file, outcome, result.seconds)
  io.write(table.concat(lines, "\n"))
  io.flush()
end

for file in io.lines(RUN_DIR .. "/queue/" .. LUA) do
  -- One worker makes the folder of the file's log.
  local folder = ("%s/log/%s/%s"):format(RUN_DIR, LUA, file)
  if lfs.mkdir(folder) then
    local log = folder .. "/log"
    local succeeded
    if RUNNER then
      succeeded = run_file(file, log)
    else
      local child = process.fork(0)
      if child == 0 then
        process.reopen(log, 1, 2)
        local arguments = busted_arguments(file)
        arguments[-1], arguments[0] = LUA, BUSTED
        arg = arguments -- luacheck: ignore 121
        return dofile(BUSTED) -- this process ends as Lua does that runs a script, with the state closed
      end
      succeeded = process.wait(child) == 0
    end
    report(file, read_log(log, succeeded))
  end
end

if child_server then child_server.stop() end

-- Completion: the candidates, and the scripts of bash, zsh and fish that ask for them.

local harnest = require "harnest"
local command = require "spec.support.command"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"

local sb = sandbox.get()

describe("completion #process", function()
  local at_sandbox

  setup(function()
    at_sandbox = command.new { HARNEST_URL = sb.url, HARNEST_TOKEN = sb.token }
    at_sandbox:config(harnest.encode { profiles = { live = { url = sb.url }, test = { company = "a" } } })
    assert.equal(0, at_sandbox:run("describe", "contracts").status)
  end)
  teardown(function() at_sandbox:close() end)

  local function candidates(...)
    local result = at_sandbox:run("complete", ...)
    assert.equal("", result.stderr)
    return (result.stdout:gsub("\n", " "):gsub(" $", ""))
  end

  it("is of commands", function()
    assert.equal("describe", candidates("--", "des"))
    local all = " " .. candidates("--", "") .. " "
    for name in at_sandbox:run("help").stdout:match "Commands:\n(.-)\n\n":gmatch "\n?   (%w+)  " do
      assert.truthy(all:find(" " .. name .. " ", 1, true), name)
    end
    assert.falsy(all:find " complete ")
    assert.equal("describe", candidates("--", "help", "des"))
    assert.equal("bash fish zsh", candidates("--", "completion", ""))
  end)

  it("is of options and their values", function()
    assert.equal("--filter", candidates("--", "list", "contracts", "--filt"))
    assert.equal("", candidates("--", "status", "--filt"))
    assert.equal("csv", candidates("--", "list", "-o", "c"))
    assert.equal("--output=csv", candidates("--", "list", "--output=c"))
    assert.equal("live test", candidates("--", "list", "--profile", ""))
    assert.equal("live", candidates("--divided", "--", "list", "--profile", "=", "l"))
  end)

  it("is of types and fields that were described", function()
    assert.equal("companies contracts", candidates("--", "list", "co"))
    assert.equal("id,tags id,title", candidates("--", "list", "contracts", "--fields", "id,t"))
    assert.equal("company", candidates("--", "list", "contracts", "--include", "c"))
    assert.equal("-status", candidates("--", "list", "contracts", "--sort", "-st"))
    assert.equal("status=", candidates("--", "list", "contracts", "--filter", "stat"))
    assert.equal("owner", candidates("--", "related", "contracts", "1", "o"))
    assert.equal("companies contracts", candidates("--", "list", "--profile", "live", "co"))
    assert.equal("", candidates("--", "list", "--profile", "test", "co")) -- another server
    assert.equal("", candidates("--", "list", "nothing", "--fields", "a"))
  end)

  it("helps with mistyped types", function()
    local result = at_sandbox:run("list", "contrcts")
    assert.equal(3, result.status)
    assert.truthy(result.stderr:find('; did you mean "contracts"?\n', 1, true), result.stderr)
  end)

  it("keeps no names that a shell would obey", function()
    local raw = rawserver.start()
    raw:play { { times = 9, rawserver.response(200, {}, '{"data":[{"type":"things","id":"1","attributes":'
      .. '{"$(id)":1,"a b":1,"a;b":1,"-x":1,"\\u001b":1,"ok":1}}],"links":{"next":null}}') } }
    assert.equal(0, at_sandbox:run("describe", "things", "--url", raw.url).status)
    assert.equal("id ok", candidates("--", "list", "--url", raw.url, "things", "--fields", ""))
    raw:stop()
  end)

  it("has no secrets in its cache", function()
    local file = assert(io.open(at_sandbox.folder .. "/harnest/names.json"))
    local text = file:read "*a"
    file:close()
    assert.falsy(text:find(sb.token, 1, true))
    assert.truthy(text:find("contracts", 1, true))
  end)

  describe("by the script of", function()
    local path

    setup(function()
      -- `harnest` on the path, as it is installed
      local line = at_sandbox:shell({}):gsub("bin/harnest", "'" .. os.getenv "PWD" .. "/bin/harnest'")
      local build = os.getenv "HARNEST_BUILD" or "build/lua5.4"
      build = build:sub(1, 1) == "/" and build or os.getenv "PWD" .. "/" .. build
      path = at_sandbox:file("harnest_", ("#!/bin/sh\nexport HARNEST_BUILD='%s'\nexec %s \"$@\"\n"):format(build, line))
      os.execute(("mkdir -p %s/bin; mv %s %s/bin/harnest; chmod +x %s/bin/harnest"):format(at_sandbox.folder, path,
        at_sandbox.folder, at_sandbox.folder))
    end)

    local function in_shell(shell, text)
      local file = at_sandbox:file("script", text)
      local folder = at_sandbox.folder
      local result = at_sandbox:run_shell(("PATH=%s/bin:$PATH HOME=%s %s %s"):format(folder, folder, shell, file))
      assert.equal("", result.stderr)
      return result.stdout
    end

    local function has(shell)
      local found = os.execute("command -v " .. shell .. " >/dev/null 2>&1")
      return found == true or found == 0
    end

    it("bash", function()
      local text = [[
        eval "$(harnest completion bash)"
        compopt() { printf 'compopt %s %s\n' "$@"; }
        complete_line() { COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _harnest; echo "${COMPREPLY[*]}"; }
        complete_line harnest lis
        complete_line harnest list con
        complete_line harnest list contracts --output = c
        complete_line harnest list contracts --filter stat
        complete -p harnest]]
      assert.equal("list\ncontracts\ncsv\ncompopt -o nospace\nstatus=\ncomplete -o default -F _harnest harnest\n",
        in_shell("bash --norc", text))
    end)

    it("zsh #slow", function()
      if not has "zsh" then
        pending "zsh is missing"
        return
      end
      local text = [==[
        compdef() { : }
        _files() { print files }
        compadd() { while [[ $1 != -- ]]; do shift; done; shift; (( $# )) && print -r -- $* }
        eval "$(harnest completion zsh)"
        complete_line() { words=("$@") CURRENT=$#; _harnest }
        complete_line harnest lis
        complete_line harnest list con
        complete_line harnest list contracts --filter stat
        complete_line harnest list contracts --fields id,t
        complete_line harnest get contracts 1 ""
        true]==]
      assert.equal("list\ncontracts\nstatus=\nid,tags id,title\nfiles\n", in_shell("zsh -f", text))
    end)

    it("fish #slow", function()
      if not has "fish" then
        pending "fish is missing"
        return
      end
      local text = [[
        harnest completion fish | source
        complete --do-complete "harnest lis"
        complete --do-complete "harnest list con"
        complete --do-complete "harnest list contracts --filter stat"]]
      assert.equal("list\ncontracts\nstatus=\n", in_shell("fish --no-config", text))
    end)
  end)
end)

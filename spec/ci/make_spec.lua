-- The Makefile: what it says when something is missing, and what it installs and removes.

local child = require "spec.support.child"
local text_file = require "spec.support.text_file"

local BUILD, LUA = os.getenv "HARNEST_BUILD" or "build/lua5.4", os.getenv "LUA" or "lua5.4"

-- Returns what a shell command prints, and whether it succeeded
local function run(command)
  local process = assert(io.popen("(" .. command .. ") 2>&1; echo \"exit $?\""))
  local output = process:read "*a"
  process:close()
  local printed, status = output:match "^(.*)exit (%d+)\n$"
  return printed, tonumber(status)
end

local function lines(text)
  local list = {}
  for line in text:gmatch "[^\n]+" do list[#list + 1] = line end
  return list
end

describe("make", function()
  local folder = os.tmpname()

  setup(function()
    os.remove(folder)
    assert(os.execute("mkdir " .. folder))
  end)
  teardown(function() os.execute("rm -r " .. folder) end)

  -- Runs make with nothing from the environment of the specs' own make
  local function make(arguments)
    return run("env -u MAKEFLAGS -u MAKELEVEL -u LD_PRELOAD make " .. arguments)
  end

  -- Writes a program that fails if its input has the text, and returns the variables that make it the compiler
  local function compiler(name, text)
    local path = folder .. "/" .. name
    text_file.write(path, ("#!/bin/sh\ncase $(cat) in *'%s'*) exit 1 ;; esac\n"):format(text))
    assert(os.execute("chmod +x " .. path))
    return ("CC=%s CXX=%s"):format(path, path)
  end

  -- What make says with these variables, in an empty build folder
  local function refused(lua, variables)
    local printed, status = make(("-s core LUA=%s BUILD=%s/empty %s"):format(lua, folder, variables))
    assert.equal(2, status)
    assert.is_nil(printed:find("fatal error", 1, true), printed)
    return printed:match "^(.-)make[^\n]*Error", printed
  end

  local function message(lua, missing)
    return ("harnest for %s cannot be built:\n  %s\nmake deps installs them all (with apt-get, on Debian and Ubuntu)\n")
      :format(lua, missing)
  end

  it("refuses a Lua that it does not know, by name", function()
    for _, lua in ipairs { "lua5.5", "lua", "lua54" } do
      local printed, status = make("core LUA=" .. lua)
      assert.equal(2, status)
      local expected = ("LUA=%s: unknown; known Luas: lua5.4 lua5.3 lua5.2 lua5.1 luajit."):format(lua)
      assert.truthy(printed:find(expected, 1, true), printed)
    end
  end)

  it("names the packages of missing headers #slow", function()
    assert.equal(message("lua5.4", "the header curl/curl.h: install the package libcurl4-openssl-dev"),
      refused("lua5.4", compiler("cc-without-curl", "curl/curl.h")))
    assert.equal(message("lua5.4", "the header simdjson.h: install the package libsimdjson-dev"),
      refused("lua5.4", compiler("cc-without-simdjson", "simdjson.h")))
    for lua, package in pairs { ["lua5.4"] = "liblua5.4-dev", ["lua5.1"] = "liblua5.1-0-dev",
      luajit = "libluajit2-5.1-dev" } do
      assert.equal(message(lua, ("the header lua.h: install the package %s"):format(package)),
        refused(lua, compiler("cc-without-lua", "lua.h")))
    end
  end)

  it("names the packages of missing programs, all at once #slow", function()
    assert.equal(message("lua5.4", "/none/cc: install the package gcc\n  /none/c++: install the package g++"),
      refused("lua5.4", "CC=/none/cc CXX=/none/c++"))
    assert.equal(message("lua5.4", "/none/ar: install the package binutils"), refused("lua5.4", "AR=/none/ar"))
  end)

  it("takes several include folders of Lua", function()
    local printed = make(("-n core BUILD=%s/empty LUA_CFLAGS='-I/one -I/two'"):format(folder))
    assert.truthy(printed:find(" -isystem /one -isystem /two ", 1, true), printed)
  end)

  it("test refuses a number of workers that is none", function()
    for _, workers in ipairs { "abc", "0", "-1" } do
      assert.same({ "spec/run: WORKERS: expected a number of processes of at least 1, got " .. workers .. "\n", 2 },
        { run(("WORKERS=%s spec/run %s"):format(workers, LUA)) })
    end
  end)

  it("test refuses a file of specs that does not exist, also behind one that does", function()
    for _, files in ipairs { "spec/none", "spec/base spec/none" } do
      assert.same({ "spec/run: SPEC: no such file or folder: spec/none\n", 2 },
        { run(("SPEC='%s' spec/run %s"):format(files, LUA)) })
    end
  end)

  it("lists each target in its help", function()
    local printed, status = make "-s help"
    assert.equal(0, status)
    local listed = {}
    for _, line in ipairs(lines(printed)) do
      assert.matches("^[a-z-]+[a-z- ]*%s%s+%S", line)
      for name in line:match "^(.-)%s%s":gmatch "%S+" do listed[name] = true end
    end
    local file = assert(io.open "Makefile")
    local phony = file:read "*a":match "%.PHONY: (.-)\n\n"
    file:close()
    local internal = { core = true, ["spec-binaries"] = true, ["fuzz-binaries"] = true }
    local count = 0
    for name in phony:gsub("\\\n", " "):gmatch "%S+" do
      count = count + 1
      assert.is_true(listed[name] or internal[name] or false, name)
    end
    assert.is_true(count > 20)
  end)

  it("installs the modules and the types, and removes them again #slow", function()
    local place = ("LUA=%s BUILD=%s DESTDIR=%s/root PREFIX=/usr"):format(LUA, BUILD, folder)
    local printed, status = make("-s install " .. place)
    assert.equal(0, status, printed)
    local version = LUA == "luajit" and "5.1" or LUA:match "%d+%.%d+"
    local share = ("%s/root/usr/share/lua/%s"):format(folder, version)
    local lib = ("%s/root/usr/lib/lua/%s"):format(folder, version)
    local installed = run(("cd %s && find . -type f | sort"):format(share))
    local expected = run("{ cd lua && find harnest/cli -type f | sed s,^,./,; echo ./harnest/init.lua; "
      .. "echo ./harnest/load_core.lua; echo ./harnest/library/harnest.lua; } | sort")
    assert.equal(expected, installed)
    local core = run "uname -s" == "Linux\n" and "./harnest/core.so\n./harnest/core_main.so\n" or "./harnest/core.so\n"
    assert.equal(core, (run(("cd %s && find . -type f | sort"):format(lib))))
    local others = run(("cd %s/root/usr && find bin share -type f ! -path 'share/lua/*' | sort"):format(folder))
    assert.equal("bin/harnest\nshare/bash-completion/completions/harnest\n"
      .. "share/fish/vendor_completions.d/harnest.fish\nshare/zsh/site-functions/_harnest\n", others)
    local program = ("%s/root/usr/bin/harnest"):format(folder)
    assert.equal("#!/usr/bin/env " .. LUA .. "\n", (run("head -n 1 " .. program)))
    local ran = run(("cd / && env -u LUA_PATH -u LUA_CPATH -u HARNEST_BUILD %s --version"):format(program))
    assert.equal("harnest " .. require "harnest".VERSION .. "\n", ran)
    assert.equal(0, select(2, run(("cd / && env -u LUA_PATH -u LUA_CPATH %s completion fish"):format(program))))

    local paths = { LUA_PATH = ("%s/?.lua;%s/?/init.lua"):format(share, share), LUA_CPATH = lib .. "/?.so" }
    assert.equal(require "harnest".VERSION .. "\tnull\n",
      child.run_with(paths, 'local harnest = require "harnest"; print(harnest.VERSION, harnest.encode(harnest.null))'))

    assert(os.execute(("touch %s/harnest/of_someone_else.lua"):format(share)))
    printed, status = make("-s uninstall " .. place)
    assert.equal(0, status, printed)
    assert.equal(("%s/harnest/of_someone_else.lua\n"):format(share),
      (run(("find %s/root -type f"):format(folder))))
    assert(os.execute(("rm %s/harnest/of_someone_else.lua"):format(share)))
    make("-s uninstall " .. place)
    assert.equal("", (run(("find %s/root -name harnest"):format(folder))))
  end)

  it("makes the tarball only in a checkout", function()
    local copy = folder .. "/copy"
    assert(os.execute(("mkdir -p %s/src/base && cp Makefile %s && cp src/base/version.h %s/src/base"):format(copy, copy,
      copy)))
    local printed, status = make(("-s -C %s dist"):format(copy))
    assert.equal(2, status)
    local expected = "make dist: expected a git checkout, since the tarball has the files of a commit"
    assert.truthy(printed:find(expected, 1, true), printed)
  end)
end)

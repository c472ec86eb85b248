-- A C module that is missing or was built for another Lua: the error says what to run.

local child = require "spec.support.child"
local text_file = require "spec.support.text_file"

local LUAS = { ["lua5.4"] = "Lua 5.4", ["lua5.3"] = "Lua 5.3", ["lua5.2"] = "Lua 5.2", ["lua5.1"] = "Lua 5.1",
  luajit = "LuaJIT" }
-- luacheck: globals jit
local THIS = rawget(_G, "jit") and "luajit" or "lua" .. _VERSION:match "%d+%.%d+"
local REMEDY = ('run make LUA=%s and eval "$(make -s env LUA=%s)"'):format(THIS, THIS)
local LOAD = [[
  local fine, reason = pcall(require, "harnest")
  print(fine, type(reason) == "table" and reason.VERSION or reason)
]]

-- Whether the API of one Lua is that of the other
local function is_same(a, b)
  local function api(lua) return lua == "luajit" and "lua5.1" or lua end
  return api(a) == api(b)
end

local function exists(path)
  local file = io.open(path)
  if file then file:close() end
  return file ~= nil
end

-- What a program prints that loads harnest with the C module below a folder
local function loads(folder, code)
  return child.run_with({ LUA_CPATH = folder .. "/?.so" }, code or LOAD)
end

describe("the C module", function()
  local folder = os.tmpname()

  setup(function()
    os.remove(folder)
    assert(os.execute(("mkdir -p '%s/harnest' '%s/none'"):format(folder, folder)))
  end)
  teardown(function() os.execute(("rm -r '%s'"):format(folder)) end)

  -- Builds a module that no Lua can load, with a mark as in src/lua/core.c
  local function build(mark)
    local source = folder .. "/core.c"
    text_file.write(source, ('extern const char *no_such_function(const char *);\n'
      .. 'const char *luaopen_harnest_core(void);\n'
      .. 'const char *luaopen_harnest_core(void) { return no_such_function("%s"); }\n'):format(mark))
    local compile = "env -u LD_PRELOAD %s -shared -fPIC -o '%s/harnest/core.so' '%s'"
    assert(os.execute(compile:format(os.getenv "CC" or "cc", folder, source)))
    return loads(folder)
  end

  it("of another Lua is named, with what to run #slow", function()
    for lua, name in pairs(LUAS) do
      if not is_same(lua, THIS) then
        assert.equal(("false\tharnest.core was built for %s, and this is %s; %s\n"):format(name, LUAS[THIS], REMEDY),
          build(("harnest.core is built for %s;"):format(name)))
      end
    end
  end)

  it("of this Lua that cannot be loaded keeps the loader's message #slow", function()
    local printed = build(("harnest.core is built for %s;"):format(LUAS[THIS]))
    assert.matches("^false\terror loading module 'harnest.core' from file '[^\n]*\n[^\n]*no_such_function", printed)
    assert.is_nil(printed:find("was built for", 1, true))
  end)

  it("without a mark keeps the loader's message #slow", function()
    assert.matches("no_such_function", build "harnest.core")
  end)

  it("that is missing is said to be so, with what to run and the places", function()
    local printed = loads(folder .. "/none")
    assert.equal(("false\tharnest.core was not found; to build it for %s, %s"):format(LUAS[THIS], REMEDY),
      printed:match "^[^\n]*")
    assert.truthy(printed:find(folder .. "/none/harnest/core.so", 1, true))
  end)

  it("refuses a Lua that has all functions but another version", function()
    local printed = child.run('_VERSION, jit = "Lua 5.9", nil\n' .. LOAD)
    assert.matches("^false\tharnest.core was built for [%w. ]+, and this is ", printed)
  end)

  local build_root = (os.getenv "HARNEST_BUILD" or "build/" .. THIS):match "^(.*)/"
  for lua, name in pairs(LUAS) do
    local other = ("%s/%s"):format(build_root, lua)
    if exists(other .. "/harnest/core.so") then
      it("built for " .. name .. (is_same(lua, THIS) and " loads" or " is refused"), function()
        local printed = loads(other)
        if is_same(lua, THIS) then
          assert.equal(("true\t%s\n"):format(require "harnest".VERSION), printed)
        else
          assert.equal(("false\tharnest.core was built for %s, and this is %s; %s\n"):format(name, LUAS[THIS], REMEDY),
            printed)
        end
      end)
    end
  end
end)

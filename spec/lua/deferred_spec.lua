-- Which Lua modules are loaded, and when.

local child = require "spec.support.child"
local rawserver = require "spec.support.rawserver"

-- Prints the modules that are loaded, sorted
local PRINT_LOADED = [[
  local function print_loaded()
    local names = {}
    for name in pairs(package.loaded) do
      names[#names + 1] = name:match "^harnest%.(.*)$"
    end
    table.sort(names)
    print(table.concat(names, " "))
  end
]]

local AT_START = "array callbacks client core deferred listing load_core scheduler\n"

describe("the modules of harnest", function()
  local raw

  before_each(function() raw = rawserver.start() end)
  after_each(function() raw:stop() end)

  local function play(count)
    raw:play { { times = count, raw.response(200, {}, '{"data":[{"type":"things","id":"1"}],"links":{"next":null}}') } }
  end

  it("that a list does not need are not loaded for it", function()
    play(1)
    local printed = child.run(PRINT_LOADED .. [[
      local harnest = require "harnest"
      print_loaded()
      local api = harnest.new { url = ..., token = "t", cache = true, retries = 1, loop = false }
      for thing in api:list "things" do print(thing.id) end
      api:close()
      print_loaded()
    ]], raw.url)
    assert.equal(AT_START .. "1\n" .. AT_START, printed)
  end)

  it("are loaded when a function needs them", function()
    play(1)
    local printed = child.run(PRINT_LOADED .. [[
      local harnest = require "harnest"
      assert(harnest.encode {} == "{}")
      print_loaded()
      assert(harnest.new { url = ... }:all "things"[1].id == "1")
      print_loaded()
    ]], raw.url)
    assert.equal("array callbacks client core deferred json_text listing load_core scheduler\n"
      .. "array call callbacks client core deferred etag json_text linkage listing load_core reading scheduler "
      .. "target\n", printed)
  end)

  it("that are loaded late come from the core, whatever has happened to files and paths", function()
    play(2)
    local printed = child.run_limited(64, [[
      local url, folder = ...
      local harnest = require "harnest"
      package.path, package.cpath = folder .. "/?.lua", ""
      local api = harnest.new { url = url, retries = 0 }
      local open = {}
      while true do -- no descriptor is left
        local file = io.open "/dev/null"
        if not file then break end
        open[#open + 1] = file
      end
      print(harnest.encode { 1 }, harnest.changes({ type = "t", id = "1" }, { type = "t", id = "1" }))
      print(pcall(api.create, api, "things", 1))
      for _, file in ipairs(open) do file:close() end
      print(api:first "things".id, #api:all "things")
    ]], raw.url, "/none")
    assert.equal("[1]\tnil\n", printed:match "^[^\n]*\n")
    assert.matches("create: ", printed:match "^[^\n]*\n([^\n]*)")
    assert.equal("1\t1\n", printed:match "([^\n]*\n)$")
  end)

  it("are those that a script or a host has put into package.preload", function()
    local printed = child.run [[
      package.preload["harnest.json_text"] = function()
        return { encode = function() return "own" end }
      end
      print(require "harnest".encode {})
    ]]
    assert.equal("own\n", printed)
  end)

  it("are loaded in coroutines, where PUC Lua 5.1 cannot yield across require", function()
    play(3)
    local printed = child.run([[
      local harnest = require "harnest"
      local api, found = harnest.new { url = ..., loop = "manual" }, {}
      for _, name in ipairs { "all", "first", "count" } do
        api:spawn(function() found[name] = api[name](api, "things") end)
      end
      while api:step(1) > 0 do end
      print(#found.all, found.first.id, found.count)
      api:close()
    ]], raw.url)
    assert.equal("1\t1\t1\n", printed)
  end)

  it("are loaded in a finalizer", function()
    local printed = child.run [[
      local harnest = require "harnest"
      local function finalizer() print(harnest.encode { 1 }) end
      if _VERSION == "Lua 5.1" then
        local proxy = newproxy(true)
        getmetatable(proxy).__gc = finalizer
      else
        setmetatable({}, { __gc = finalizer })
      end
      collectgarbage()
      collectgarbage()
    ]]
    assert.equal("[1]\n", printed)
  end)

  it("stay the same functions after the first call", function()
    local harnest = require "harnest"
    local encode = harnest.encode
    encode {}
    assert.equal(encode, harnest.encode)
  end)
end)

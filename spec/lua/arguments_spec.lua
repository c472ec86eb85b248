-- The functions of the core, and the methods and metamethods of all its objects, with any number and
-- type of arguments: each returns or raises, and nothing crashes. Run it under `make asan` too.

local core = require "harnest.core"
local harnest = require "harnest"
local rawserver = require "spec.support.rawserver"
local size = require "spec.support.size"

-- Locals, since busted looks up each global of a spec in all enclosing blocks
local pcall, type, unpack = pcall, type, table.unpack or unpack

local BODY = '{"data":[{"type":"t","id":"1","attributes":{"a":[1,{"b":2}]},"relationships":{"r":{"data":'
  .. '{"type":"t","id":"2"}}}}],"included":[{"type":"t","id":"2"}],"meta":{"m":[]},"links":{"next":null}}'

-- Functions that end the state's work or wait for ever if their arguments say so
local left_out = {
  set_array_metatable = true, set_array_marks = true, -- change the state of all other specs
  step = true, -- waits for the seconds given
}

-- Which of the calls with a value are made, in turn: every tenth, and so each number of arguments
local EVERY = size(10, 1)
local COUNTS = { 1, 4, 19 }

describe("with any arguments", function()
  local raw

  setup(function()
    raw = rawserver.start()
    raw:play { { times = math.huge, rawserver.response(200, {}, BODY) } }
  end)
  teardown(function() raw:stop() collectgarbage() end)

  -- Objects of each type that the core makes: an array of {name, object, what it must keep}
  local function objects()
    local api = harnest.new { url = raw.url, token = false, dialect = "jsonapi", retries = 0 }
    local viewed, plain = api:pages("t", { view = true }), api:pages "t"
    local page = viewed:next()
    local call = core.call(api, { url = raw.url .. "/t" })
    return {
      { "client", api }, { "iterator", plain }, { "page", page }, { "resource", plain:next().data[1] },
      { "view of a resource", page.data[1] }, { "view of an object", page.data[1].attributes },
      { "view of an array", page.data[1].attributes.a }, { "call", call }, { "hold", core.engine_hold() },
      { "array", harnest.array {} }, { "error", core.error("refused", "x") },
    }
  end

  -- Calls fn(name, function) for each function of the core and of the metatables of the objects
  local function each_function(made, fn)
    local seen = {}
    local function visit(prefix, table)
      if type(table) ~= "table" or seen[table] then return end
      seen[table] = true
      local names = {}
      for name in next, table do
        if type(name) == "string" and not left_out[name] then names[#names + 1] = name end
      end
      for _, name in ipairs(names) do
        if type(table[name]) == "function" then fn(prefix .. name, table[name]) end
      end
      visit(prefix .. "__index.", rawget(table, "__index"))
    end
    for _, object in ipairs(made) do visit(object[1] .. ".", getmetatable(object[2])) end
    visit("core.", core)
  end

  local function nothing() end
  local cyclic = {}
  cyclic.self = cyclic
  local plain = {
    true, 0, -1, 0.5, 0 / 0, math.huge, 2 ^ 53, "", "meta", "data", "r", ("x"):rep(5000), "a\0b\nc", nothing,
    coroutine.create(nothing), {}, { document = io.stdout }, { 1, 2 }, cyclic, io.stdout, core.null,
  }

  local made = {}
  local function renew()
    if made[1] then pcall(made[1][2].close, made[1][2]) end
    made = objects()
  end

  local count, turn = 0, 0
  local function try(fn, ...)
    local fine, err = pcall(fn, ...)
    count = count + 1
    if not fine and type(err) == "string" then
      assert.is_nil(err:find("stack overflow", 1, true), err)
    end
  end

  it("nothing crashes #slow", function()
    renew()
    local functions = {}
    each_function(made, function(name, fn) functions[#functions + 1] = { name, fn } end)
    assert.truthy(#functions > 60, #functions)
    for _, entry in ipairs(functions) do
      renew()
      local fn, first = entry[2], {}
      for _, object in ipairs(made) do first[#first + 1] = object[2] end
      for _, value in ipairs(plain) do first[#first + 1] = value end
      try(fn)
      for _, self in ipairs(first) do
        try(fn, self)
        try(fn, self, nil)
        for _, value in ipairs(first) do
          for i = 1, #COUNTS do
            turn = turn + 1
            if turn % EVERY == 0 then
              local arguments = {}
              for position = 1, COUNTS[i] do arguments[position] = value end
              try(fn, self, unpack(arguments, 1, COUNTS[i]))
            end
          end
        end
      end
    end
    collectgarbage()
    assert.truthy(count > size(10000, 50000), count)
  end)

  it("a page's __index ignores a third argument", function()
    renew()
    local page = made[3][2]
    assert.equal(page.meta, getmetatable(page).__index(page, "meta", 5))
  end)
end)

-- Every argument of every public function, given any value: the call works, returns an error object,
-- or raises a usage error of one line at the caller's own line, and does not take long.

-- luacheck: no max line length

local harnest = require "harnest"
local public_calls = require "spec.support.public_calls"
local size = require "spec.support.size"
local wrong_arguments = require "spec.support.wrong_arguments"

local unpack = table.unpack or unpack
local complaint, copy, values = wrong_arguments.complaint, wrong_arguments.copy, wrong_arguments.values

local LONGEST = 2 -- seconds
local EVERY = size(16, 1) -- of the variants within a table, in turn: the first, the 17th and so on
local each_variant = wrong_arguments.each_variant(EVERY)

describe("misuse of", function()
  local clients = {}
  setup(function()
    clients.api = harnest.new { url = "http://127.0.0.1:1/b", token = false, dialect = "jsonapi", retries = 0, deadline = 1 }
    clients.looped = harnest.new { url = "http://127.0.0.1:1/b", token = false, dialect = "jsonapi", retries = 0, loop = "manual" }
  end)
  teardown(function()
    clients.api:close()
    clients.looped:close()
  end)

  -- Calls fn with the arguments and returns a complaint
  local function try(fn, ...)
    local clock = os.clock()
    local wrong = complaint(pcall(fn, ...))
    if not wrong and os.clock() - clock > LONGEST then wrong = ("%.1f s"):format(os.clock() - clock) end
    return wrong
  end

  for _, entry in ipairs(public_calls(clients)) do
    it(entry[1], function()
      local name, fn, count = entry[1], entry[2], #entry - 2
      local wrong = {}
      for position = 1, count do
        each_variant(entry[2 + position], function(what, value)
          local arguments = {}
          for i = 1, count do arguments[i] = copy(entry[2 + i]) end
          arguments[position] = value
          local problem = try(fn, unpack(arguments, 1, count))
          if problem then wrong[#wrong + 1] = ("argument %d: %s: %s"):format(position, what, problem) end
        end)
      end
      assert.equal("", table.concat(wrong, "\n", 1, math.min(#wrong, 12)), name .. ": " .. #wrong)
    end)
  end

  -- Methods called on something else than their object
  local objects = {
    { "client", function() return clients.api end, { "list", "get", "create", "wait", "atomic", "parallel", "step", "spawn", "close",
      "stats", "pollfd", "events", "timeout", "relationship", "collection", "get_many", "request", "related" } },
    { "list", function() return clients.api:list "t" end, { "next", "each", "cursor", "close" } },
    { "relationship", function() return clients.api:relationship("t", 1, "r") end, { "get", "list", "replace", "add", "remove" } },
    { "collection", function() return clients.api:collection "t" end, { "where", "sort", "include", "fields", "page_size", "limit",
      "query", "list", "pages", "all", "first", "count", "get" } },
  }
  for _, object in ipairs(objects) do
    it("the methods of a " .. object[1] .. " on another object", function()
      local made, wrong = object[2](), {}
      for _, name in ipairs(object[3]) do
        for _, value in ipairs(values()) do
          local fn = made[name]
          local fine, err = pcall(function() return fn(value[2], "t") end)
          local problem = fine and "works" or complaint(fine, err)
          if problem then wrong[#wrong + 1] = ("%s on %s: %s"):format(name, value[1], problem) end
        end
      end
      local text = getmetatable(made).__tostring
      for _, value in ipairs(values()) do
        local fine, err = pcall(function() return text and text(value[2]) end)
        local problem = not fine and complaint(fine, err)
        if problem then wrong[#wrong + 1] = ("__tostring on %s: %s"):format(value[1], problem) end
      end
      assert.equal("", table.concat(wrong, "\n", 1, math.min(#wrong, 12)), #wrong)
    end)
  end
end)

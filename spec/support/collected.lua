-- Collects the specs of a file, to run them one by one outside of busted: collected(path, loops)
-- returns an array of tables with `name`, as in busted, and `run`, which raises a failure. `loops`
-- replaces spec.support.loops.

local luassert = require "luassert"

local function runner(blocks, test)
  return function()
    for _, block in ipairs(blocks) do
      for _, fn in ipairs(block.setup) do fn() end
      for _, fn in ipairs(block.before_each) do fn() end
    end
    local fine, err = pcall(test)
    for i = #blocks, 1, -1 do
      for _, fn in ipairs(blocks[i].after_each) do fn() end
      for _, fn in ipairs(blocks[i].teardown) do fn() end
    end
    if not fine then error(err, 0) end
  end
end

local function names_of(blocks, last)
  local names = {}
  for i, block in ipairs(blocks) do names[i] = block.name end
  names[#names + 1] = last
  return table.concat(names, " ")
end

return function(path, loops)
  local tests, blocks = {}, {}
  local env = setmetatable({ assert = luassert }, { __index = _G })

  function env.require(name)
    return name == "spec.support.loops" and loops or require(name)
  end

  function env.describe(name, fn)
    blocks[#blocks + 1] = { name = name, setup = {}, teardown = {}, before_each = {}, after_each = {} }
    fn()
    blocks[#blocks] = nil
  end

  for _, hook in ipairs { "setup", "teardown", "before_each", "after_each" } do
    env[hook] = function(fn)
      local list = blocks[#blocks][hook]
      list[#list + 1] = fn
    end
  end

  function env.it(name, fn)
    tests[#tests + 1] = { name = names_of(blocks, name), run = runner({ unpack(blocks) }, fn) }
  end

  setfenv(assert(loadfile(path)), env)()
  return tests
end

--- Modules that are loaded when one of their functions is first called, since most scripts use few of
-- them. docs/internals/start.md describes how.

local core = require "harnest.core"

local deferred = {}

-- A script may take it away later.
local require = require

-- The modules that are loaded. A script that removes modules from package.loaded does not change
-- which ones belong together.
local loaded = {}

--- Returns a module of harnest, which is loaded if it was not yet. Loading never yields.
-- @param name  string: "write" for harnest.write
function deferred.module(name)
  local module = loaded[name]
  if module == nil then
    module = require("harnest." .. name)
    loaded[name] = module
  end
  return module
end

--- Returns a function that calls a function of a module. The first call loads the module.
-- @param name    string: "write" for harnest.write
-- @param member  string: the name of the function; nil if the module is the function
function deferred.call(name, member)
  local fn
  return function(...)
    if not fn then
      local module = deferred.module(name)
      fn = member and module[member] or module
    end
    return fn(...)
  end
end

--- Returns a method of clients that checks the client and then calls a function of a module.
-- Arguments as for deferred.call.
function deferred.method(name, member)
  local call = deferred.call(name, member)
  return function(self, ...)
    core.check_client(self)
    return call(self, ...)
  end
end

return deferred

-- The layer check of src/, which `make lint` runs, on trees made for each spec.

local text_file = require "spec.support.text_file"

local function write(path, text)
  assert(os.execute(("mkdir -p '%s'"):format(path:match "(.*)/")))
  text_file.write(path, text)
end

-- Runs the check on a folder with these files (path to text). Returns its output, and whether it
-- succeeded.
local function check(files)
  local folder = os.tmpname()
  os.remove(folder)
  local paths = {}
  for path, text in pairs(files) do
    write(folder .. "/src/" .. path, text)
    paths[#paths + 1] = "src/" .. path
  end
  table.sort(paths)
  local here = assert(io.popen "pwd"):read "*l"
  local run = assert(io.popen(("cd '%s' && lua5.4 '%s/.ci/layers.lua' %s 2>&1; echo \"exit $?\"; rm -rf '%s'"):format(
    folder, here, table.concat(paths, " "), folder)))
  local output, code = run:read("*a"):match "^(.*)exit (%d+)\n$"
  run:close()
  return output, code == "0"
end

describe("the layer check", function()
  it("accepts the tree", function()
    local run = io.popen "lua5.4 .ci/layers.lua $(find src -name '*.[ch]' -o -name '*.cpp') 2>&1; echo \"exit $?\""
    assert.equal("exit 0\n", run:read "*a")
    run:close()
  end)

  it("accepts includes of the same layer and of layers to the left", function()
    local output, fine = check {
      ["base/a.h"] = "",
      ["http/b.h"] = '#include "base/a.h"\n',
      ["http/c.c"] = '#include <stdio.h>\n#include "http/b.h"\n',
    }
    assert.equal("", output)
    assert.is_true(fine)
  end)

  it("reports an include of a layer to the right", function()
    local output, fine = check { ["base/a.c"] = '\n#include "http/b.h"\n', ["http/b.h"] = "" }
    assert.equal("src/base/a.c:2: layer base must not include layer http\n", output)
    assert.is_false(fine)
  end)

  it("reports Lua's headers outside src/lua/", function()
    for _, header in ipairs { "lua.h", "lauxlib.h", "lualib.h" } do
      local output, fine = check { ["jsonapi/a.c"] = "#include <" .. header .. ">\n" }
      assert.equal("src/jsonapi/a.c:1: only src/lua/ includes Lua's headers\n", output)
      assert.is_false(fine)
    end
  end)

  it("reports a circular include, also through a .c file", function()
    local output, fine = check {
      ["net/a.h"] = '#include "net/b.h"\n',
      ["net/b.h"] = "",
      ["net/b.c"] = '#include "net/b.h"\n#include "net/a.h"\n',
    }
    assert.equal("circle: net/a -> net/b -> net/a\n", output)
    assert.is_false(fine)
  end)

  it("reports a header without its layer, and a folder that is not a layer", function()
    local output, fine = check { ["base/a.c"] = '#include "a.h"\n', ["misc/b.c"] = "" }
    assert.equal("src/base/a.c:1: name \"a.h\" from src/ on, by its layer\n" ..
      "src/misc/b.c: 'misc' is not a layer\n", output)
    assert.is_false(fine)
  end)
end)

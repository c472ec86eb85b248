-- docs/CLI.md names every command, option, format and exit status.

local arguments = require "harnest.cli.arguments"
local failure = require "harnest.cli.failure"
local output = require "harnest.cli.output"

describe("docs/CLI.md", function()
  local text

  setup(function()
    local file = assert(io.open "docs/CLI.md")
    text = file:read "*a"
    file:close()
  end)

  it("names each command", function()
    local count = 0
    for _, command in ipairs(arguments.parser()._commands) do
      if not command._hidden then
        count = count + 1
        assert.truthy(text:find("| `harnest " .. command._name, 1, true), command._name)
      end
    end
    assert.is_true(count >= 10)
  end)

  it("names each option", function()
    for _, command in ipairs(arguments.parser()._commands) do
      for _, option in ipairs(command._hidden and {} or command._options) do
        local name = option._aliases[#option._aliases]
        local pattern = "`" .. name:gsub("%-", "%%-") .. "[` ]"
        assert.truthy(name == "--help" or text:find(pattern), command._name .. " " .. name)
      end
    end
  end)

  it("names each format and exit status", function()
    for _, name in ipairs(output.names) do
      assert.truthy(text:find("\n| `" .. name .. "` |", 1, true), name)
    end
    for _, kind in ipairs { "usage", "interrupted", "not_found", "unauthorized", "forbidden", "conflict", "invalid",
      "rate_limited", "unavailable", "network", "tls", "timeout", "protocol" } do
      local status = failure.status { kind = kind }
      assert.truthy(text:find(("\n| %d | "):format(status), 1, true), kind)
    end
  end)
end)

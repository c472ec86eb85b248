--- harnest completion SHELL: the shell's script, which asks `harnest complete`.

local failure = require "harnest.cli.failure"
local writer = require "harnest.cli.writer"

local files = { bash = "harnest.bash", zsh = "_harnest", fish = "harnest.fish" }
local folder = debug.getinfo(1, "S").source:match "^@(.*)command/[^/]*$"

return function(options)
  local file, message = io.open(folder .. "completion/" .. files[options.shell], "rb")
  if not file then
    error(failure.new("output", "cannot read the completion: %s", message), 0)
  end
  writer.write(file:read "*a")
  file:close()
end

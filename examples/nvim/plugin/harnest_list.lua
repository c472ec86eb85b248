vim.api.nvim_create_user_command("HarnestList", function(command)
  require("harnest_list").open(command.args)
end, { nargs = 1 })

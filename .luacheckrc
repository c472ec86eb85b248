std = "max"
max_line_length = 120
files["spec/**/*_spec.lua"] = { std = "+busted" }
files["sandbox/*.lua"] = { std = "luajit+ngx_lua" }
files["examples/love/*.lua"] = { std = "max+love" }
files["examples/nvim/**/*.lua"] = { globals = { "vim" } }

std = "max"
max_line_length = 120
files["spec/**/*_spec.lua"] = { std = "+busted" }
files["sandbox/spec/*_spec.lua"] = { std = "+busted" }
files["sandbox/*.lua"] = { std = "luajit+ngx_lua" }
files["spec/support/nginx_*.lua"] = { std = "luajit+ngx_lua" }
files["lua/harnest/loop/nginx.lua"] = { std = "luajit+ngx_lua" }
files["examples/nginx/*.lua"] = { std = "luajit+ngx_lua" }
files["bench/nginx_cosocket.lua"] = { std = "luajit+ngx_lua" }
files["bench/ticker.lua"] = { std = "max+ngx_lua" }
files["examples/love/*.lua"] = { std = "max+love" }
files["examples/nvim/**/*.lua"] = { globals = { "vim" } }
files["spec/windows/init.lua"] = { globals = { "os", "io" } }
files["spec/windows/love.lua"] = { globals = { "love" } }
-- only annotations: overloads take one line, and no function has a body
files["library/*.lua"] = { max_line_length = false, ignore = { "212", "241" } }

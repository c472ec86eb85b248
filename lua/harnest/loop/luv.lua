--- The loop of libuv: by luv, or by vim.uv in Neovim.

local has_luv, luv = pcall(require, "luv")
local uv = has_luv and luv or vim and (vim.uv or vim.loop) or error(luv, 0) -- luacheck: ignore 113

local loop = { name = "luv" }

-- The poll handle of each descriptor ever watched. Handles are reused, never closed: closing one
-- removes the descriptor's number from libuv's epoll set. If the engine is closed, the number may
-- belong to a descriptor of the script. Besides, luv 1.44 crashes if Lua ends before the loop has
-- run the close.
local polls = {}
local timer = uv.new_timer()
local descriptor, is_watching

function loop.watch(client, drive, at_once)
  if not is_watching or descriptor ~= client:pollfd() then
    loop.unwatch()
    descriptor = client:pollfd()
    polls[descriptor] = polls[descriptor] or assert(uv.new_poll(descriptor))
    polls[descriptor]:start("r", drive)
    is_watching = true
  end
  if at_once then
    timer:start(0, 0, drive)
  end
end

function loop.unwatch()
  if is_watching then
    polls[descriptor]:stop()
    timer:stop()
    is_watching = false
  end
end

return loop

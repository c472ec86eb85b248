--- libuv's loop, by luv, or in Neovim by vim.uv.

local has_luv, luv = pcall(require, "luv")
local uv = has_luv and luv or vim and (vim.uv or vim.loop) or error(luv, 0) -- luacheck: ignore 113

local loop = { name = "luv" }

-- Seconds after which it looks again whether there is anything to wait for: what was under way may have been collected.
local LONGEST = 1

-- Of each descriptor that was watched: its handle. They stay, for when the number comes back: closing one would take
-- the number out of libuv's epoll, and where the engine is gone it may be a descriptor of the script's by then.
-- Besides, luv (1.44) crashes where Lua ends before the loop has had a turn to close them.
local polls = {}
local timer = uv.new_timer()
local descriptor, watches

function loop.watch(client, drive, at_once)
  if not watches or descriptor ~= client:pollfd() then
    loop.unwatch()
    descriptor = client:pollfd()
    polls[descriptor] = polls[descriptor] or assert(uv.new_poll(descriptor))
    polls[descriptor]:start("r", drive)
    watches = true
  end
  local seconds = at_once and 0 or math.min(client:timeout() or LONGEST, LONGEST)
  timer:start(math.ceil(seconds * 1000), 0, drive)
end

function loop.unwatch()
  if watches then
    polls[descriptor]:stop()
    timer:stop()
    watches = false
  end
end

return loop

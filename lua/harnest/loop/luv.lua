--- libuv's loop, by luv, or in Neovim by vim.uv.

local has_luv, luv = pcall(require, "luv")
local uv = has_luv and luv or vim and (vim.uv or vim.loop) or error(luv, 0) -- luacheck: ignore 113

local loop = { name = "luv" }

-- Seconds after which it looks again whether there is anything to wait for: what was under way may have been collected.
local LONGEST = 1

local poll, timer, descriptor

local function begin(client)
  descriptor = client:pollfd()
  poll, timer = assert(uv.new_poll(descriptor)), uv.new_timer()
end

function loop.watch(client, drive, at_once)
  if descriptor ~= client:pollfd() then
    loop.unwatch()
    begin(client)
    poll:start("r", drive)
  end
  local seconds = at_once and 0 or math.min(client:timeout() or LONGEST, LONGEST)
  timer:start(math.ceil(seconds * 1000), 0, drive)
end

function loop.unwatch()
  if descriptor then
    poll:stop()
    poll:close()
    timer:stop()
    timer:close()
    poll, timer, descriptor = nil, nil, nil
  end
end

return loop

--- The loop of libuv: by luv, or by vim.uv in Neovim.

local has_luv, luv = pcall(require, "luv")
local uv = has_luv and luv or vim and (vim.uv or vim.loop) or error(luv, 0) -- luacheck: ignore 113

local loop = { name = "luv" }

-- The poll handle of each descriptor ever watched. Handles are reused, never closed: closing one
-- removes the descriptor's number from libuv's epoll set. If the engine is closed, the number may
-- belong to a descriptor of the script. Besides, luv 1.44 crashes if Lua ends before the loop has
-- run the close. The script may close them, as all handles of the loop at its end.
local polls = {}
local timer, watched

--- Returns whether a handle exists and has not been closed.
local function is_open(handle)
  return handle and not handle:is_closing()
end

--- Returns the poll handle of a descriptor.
local function poll_of(descriptor)
  if not is_open(polls[descriptor]) then
    polls[descriptor] = assert(uv.new_poll(descriptor))
  end
  return polls[descriptor]
end

function loop.watch(client, drive, at_once)
  local poll = poll_of(client:pollfd())
  if watched ~= poll then
    loop.unwatch()
    poll:start("r", drive)
    watched = poll
  end
  if at_once then
    timer = is_open(timer) and timer or uv.new_timer()
    timer:start(0, 0, drive)
  end
end

function loop.unwatch()
  if is_open(watched) then
    watched:stop()
  end
  if is_open(timer) then
    timer:stop()
  end
  watched = nil
end

return loop

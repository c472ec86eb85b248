--- Lists a collection into a buffer of Neovim, page by page, without blocking the editor:
-- `:HarnestList contracts`. Needs HARNEST_URL (or HARNEST_COMPANY) and HARNEST_TOKEN.
-- `b:harnest_listed` is set to the number of resources when all of them are in the buffer.

local harnest = require "harnest"

local list = {}

local api

--- Calls fn(...) from Neovim's main loop. After a call of harnest, a coroutine runs in a callback
-- of libuv, where Neovim forbids most of vim.api (E5560).
local function later(fn, ...)
  local arguments = { ... }
  vim.schedule(function()
    fn(unpack(arguments))
  end)
end

local function line(resource)
  local attributes, owner = resource.attributes, resource:related "owner"
  local title = (attributes.title or attributes.name or ""):gsub("%s+", " ")
  return ("%6s  %-40s %s"):format(resource.id, title, owner and owner.attributes.name or "")
end

local function append(buffer, is_empty, lines)
  if vim.api.nvim_buf_is_valid(buffer) then
    vim.api.nvim_buf_set_lines(buffer, is_empty and 0 or -1, -1, true, lines)
  end
end

local function finish(buffer, count, err)
  if vim.api.nvim_buf_is_valid(buffer) then
    vim.b[buffer].harnest_listed = count
  end
  if err then
    vim.notify(tostring(err), vim.log.levels.ERROR)
  end
end

local function fill(buffer, kind)
  local pages, count = api:pages(kind, { include = "owner", page = { size = 100 } }), 0
  local page, err = pages:next()
  while page do
    local lines = {}
    for i, resource in ipairs(page.data) do
      lines[i] = line(resource)
    end
    later(append, buffer, count == 0, lines)
    count = count + #lines
    page, err = pages:next()
  end
  later(finish, buffer, count, err)
end

--- Opens a buffer and lists the resources of a type into it.
function list.open(kind)
  if not api then
    api = harnest.new { loop = "luv", dialect = "harnest" }
    -- Neovim ends without collecting what Lua has
    vim.api.nvim_create_autocmd("VimLeavePre", { callback = function() api:close() end })
  end
  local buffer = vim.api.nvim_create_buf(true, true)
  vim.api.nvim_win_set_buf(0, buffer)
  coroutine.wrap(fill)(buffer, kind)
end

return list

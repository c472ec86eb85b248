--- The coroutines that wait in a loop, in order, as a linked list. While it is iterated over, other
-- code may add and remove waiters: a woken coroutine, or a finalizer at any allocation.
--
-- A waiter is a table. The list uses its fields `number`, `previous`, `next` and `is_listed`.

local waiters = {}

local methods = {}
local class = { __index = methods }

--- Makes an empty list.
function waiters.new()
  return setmetatable({ head = nil, tail = nil, added = 0 }, class)
end

--- Appends a waiter, which must be new.
function methods:add(waiter)
  self.added = self.added + 1
  waiter.number, waiter.is_listed = self.added, true
  waiter.previous = self.tail
  if self.tail then
    self.tail.next = waiter
  else
    self.head = waiter
  end
  self.tail = waiter
end

--- Removes a waiter. It keeps its field `next`, by which iterations that have reached it continue.
-- @return whether it was in the list
function methods:remove(waiter)
  if not waiter.is_listed then
    return false
  end
  waiter.is_listed = false
  local previous, next = waiter.previous, waiter.next
  if previous then
    previous.next = next
  else
    self.head = next
  end
  if next then
    next.previous = previous
  else
    self.tail = previous
  end
  return true
end

function methods:is_empty()
  return self.head == nil
end

--- Returns the first waiter for which `matches(waiter)` is true; nil if there is none.
function methods:find(matches)
  for waiter in self:each() do
    if matches(waiter) then
      return waiter
    end
  end
end

--- Iterates over the waiters that are in the list now, without those removed meanwhile.
function methods:each()
  local last, waiter = self.added, nil
  return function()
    local following
    if waiter then
      following = waiter.next
    else
      following = self.head
    end
    while following and not following.is_listed do
      following = following.next
    end
    waiter = following
    return waiter and waiter.number <= last and waiter or nil
  end
end

return waiters

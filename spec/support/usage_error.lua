-- The usage error that a call raises: the message after its position, which must be in a spec, not
-- in the module.
return function(fn, ...)
  local fine, message = pcall(fn, ...)
  assert(not fine, "no error was raised")
  local rest = tostring(message):match "^[%w/_.]*spec/[%w/_]+%.lua:%d+: (.*)$"
  return assert(rest, "not at the caller's own line: " .. tostring(message))
end

--- Paths below the base URL.

--- Returns the path of segments, percent-encoded (RFC 3986, 2.1).
return function(...)
  local segments = { ... }
  for i, segment in ipairs(segments) do
    segments[i] = segment:gsub("[^%w%-._~]", function(character)
      return ("%%%02X"):format(character:byte())
    end)
  end
  return "/" .. table.concat(segments, "/")
end

-- An HTTP date, so many seconds from now.
return function(seconds)
  return os.date("!%a, %d %b %Y %H:%M:%S GMT", os.time() + seconds)
end

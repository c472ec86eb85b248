-- Text packed by gzip.
return function(text)
  local name = os.tmpname()
  local file = assert(io.open(name, "wb"))
  file:write(text)
  file:close()
  local process = assert(io.popen("gzip -9 -n -c '" .. name .. "'", "r"))
  local packed = process:read "*a"
  process:close()
  os.remove(name)
  return packed
end

-- Text packed by gzip.

local text_file = require "spec.support.text_file"

return function(text)
  local name = os.tmpname()
  text_file.write(name, text)
  local process = assert(io.popen("gzip -9 -n -c '" .. name .. "'", "r"))
  local packed = process:read "*a"
  process:close()
  os.remove(name)
  return packed
end

-- Text packed by gzip.

local text_file = require "spec.support.text_file"

local packed = {} -- from text to what gzip has made of it

local function pack(text)
  local name = os.tmpname()
  text_file.write(name, text)
  local process = assert(io.popen("gzip -9 -n -c '" .. name .. "'", "r"))
  local made = process:read "*a"
  process:close()
  os.remove(name)
  return made
end

return function(text)
  packed[text] = packed[text] or pack(text)
  return packed[text]
end

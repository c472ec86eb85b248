-- Finds lines of docs/SPEC.md that have no spec. The names of specs begin with the numbers of the
-- lines they test:
--   it("[61] creates by POST", …)    it("[61, 68] sends the type", …)
--
--   lua spec/coverage.lua docs/SPEC.md FILE_OF_SPECS …    prints them; exit code 1 when there are any

local coverage = {}

local strengths = { "MUST NOT", "MUST", "SHOULD", "MAY" }

local function strength_of(text)
  for _, strength in ipairs(strengths) do
    if text:find("%f[%u]" .. strength .. "%f[%U]") then return strength end
  end
  return text:find("(dn)", 1, true) and "dn" or text:find("(S)", 1, true) and "S" or "-"
end

-- The lines of a checklist in order: {number, text, strength, section}
function coverage.lines(checklist)
  local lines, section = {}, nil
  for line in checklist:gmatch "[^\n]+" do
    section = line:match "^## (%u)%." or section
    local number, text = line:match "^(%d+)%. (.+)$"
    if number and section then
      lines[#lines + 1] = { number = tonumber(number), text = text, strength = strength_of(text), section = section }
    end
  end
  return lines
end

-- Adds the numbers in the names of the specs in a file's text to a set
function coverage.collect(source, carried)
  for word, tag in source:gmatch "%f[%a](%a+)%s*%(?%s*[\"'](%[[%d, %]%[]+%])" do
    if word == "it" or word == "describe" then
      for number in tag:gmatch "%d+" do carried[tonumber(number)] = true end
    end
  end
  return carried
end

-- Returns the lines whose number no spec has, and the numbers that no line has
function coverage.compare(lines, carried)
  local missing, known, unknown = {}, {}, {}
  for _, line in ipairs(lines) do
    known[line.number] = true
    if not carried[line.number] then missing[#missing + 1] = line end
  end
  for number in pairs(carried) do
    if not known[number] then unknown[#unknown + 1] = number end
  end
  table.sort(unknown)
  return missing, unknown
end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

local function main(checklist, ...)
  local lines, carried = coverage.lines(read(checklist)), {}
  for _, path in ipairs { ... } do coverage.collect(read(path), carried) end
  local missing, unknown = coverage.compare(lines, carried)
  for _, line in ipairs(missing) do
    print(("%s %d (%s): %s"):format(line.section, line.number, line.strength, line.text))
  end
  for _, number in ipairs(unknown) do print(("a spec carries %d, which no line has"):format(number)) end
  local plural = #missing == 1 and "number has" or "numbers have"
  print(#missing .. " " .. plural .. " no spec")
  os.exit(#lines > 0 and #missing + #unknown == 0 and 0 or 1)
end

if ... == "spec.coverage" then return coverage end -- by require
main(...)

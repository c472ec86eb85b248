-- Runs code under numeric locales whose decimal mark is not a point. spec/run makes them.

local locale = {}

-- A decimal comma, and a decimal mark of several bytes.
local NAMES = { "de_DE.UTF-8", "ps_AF.UTF-8" }

-- Calls `check(name)` under each locale. Restores the locale, also if the check raises.
function locale.each(check)
  local before = os.setlocale(nil, "numeric")
  for _, name in ipairs(NAMES) do
    assert(os.setlocale(name, "numeric") == name, "spec/run makes the locale " .. name)
    local fine, err = pcall(check, name)
    os.setlocale(before, "numeric")
    assert(fine, err)
  end
end

return locale

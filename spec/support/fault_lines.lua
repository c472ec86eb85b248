-- The lines of a table in docs/FAULTS.md, for rows {fault, request, attempts, outcome, message, time}.
-- Requests with the same result share a line.

return function(rows)
  local lines, previous, requests = {}, nil, nil
  for _, row in ipairs(rows) do
    local rest = ("%s | %s | %s | %s |"):format(row[3], row[4], row[5] ~= "" and "“" .. row[5] .. "”" or "", row[6])
    if previous == row[1] .. rest then
      requests = requests .. ", " .. row[2]
      lines[#lines] = ("| %s | %s | %s"):format(row[1], requests, rest)
    else
      lines[#lines + 1] = ("| %s | %s | %s"):format(row[1], row[2], rest)
      previous, requests = row[1] .. rest, row[2]
    end
  end
  return lines
end

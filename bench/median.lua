--- Sorts an array of numbers and returns its median; the lower one of two.
return function(values)
  table.sort(values)
  return values[math.ceil(#values / 2)]
end

--- The middle one of an array of numbers, which it sorts; of an even number of them the lower one.
return function(values)
  table.sort(values)
  return values[math.ceil(#values / 2)]
end

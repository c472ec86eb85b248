-- How much a long spec does: size(usual, full) is the first, or the second where HARNEST_FULL=1 is set, as in CI.

return function(usual, full)
  return os.getenv "HARNEST_FULL" == "1" and full or usual
end

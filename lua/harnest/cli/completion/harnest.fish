# Completion of harnest for fish. The command itself knows the candidates.

function __harnest_complete
    set -l words (commandline --tokenize --current-process --cut-at-cursor)
    set -l current (commandline --current-token --cut-at-cursor)
    harnest complete -- $words[2..-1] "$current" 2>/dev/null
end

function __harnest_knows
    set -l candidates (__harnest_complete)
    test (count $candidates) -gt 0
end

complete --command harnest --condition __harnest_knows --no-files --arguments "(__harnest_complete)"
complete --command harnest --condition "not __harnest_knows" --force-files

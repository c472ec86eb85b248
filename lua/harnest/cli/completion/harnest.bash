# Completion of harnest for bash. The command itself knows the candidates.

_harnest() {
  local candidate
  COMPREPLY=()
  while IFS= read -r candidate; do
    COMPREPLY+=("$candidate")
    case $candidate in *=) compopt -o nospace ;; esac
  done < <(harnest complete --divided -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}

complete -o default -F _harnest harnest

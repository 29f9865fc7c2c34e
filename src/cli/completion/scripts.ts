// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** Each asks the ipft of the command line itself, so that it offers what that one takes: see completionText. */
const BASH = `# bash completion for ipft. For good: ipft completion bash > /etc/bash_completion.d/ipft
_ipft() {
  local words=() word previous= i
  # bash has split words at '='
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ \${#words[@]} -gt 0 && \${words[-1]} == --* && ($word == = || $previous == =) ]]; then
      words[-1]+=$word
    else
      words+=("\${word#[\\'\\"]}")
    fi
    previous=$word
  done
  local current=\${words[-1]} lines prefix=
  mapfile -t lines < <("\${COMP_WORDS[0]}" complete -- "\${words[@]}" 2>/dev/null)
  [[ $current == --*=* ]] && prefix=\${current%%=*}=
  COMPREPLY=()
  case \${lines[0]-} in
    :files)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "\${current#"$prefix"}")
      ;;
    :command*)
      local at=1 # other words than ours may be split, so their places differ
      while [[ \${COMP_WORDS[at]} != -- ]]; do ((at++)); done
      ((at++))
      if declare -F _comp_command_offset >/dev/null; then
        _comp_command_offset "$at"
      elif declare -F _command_offset >/dev/null; then
        _command_offset "$at"
      elif ((at == COMP_CWORD)); then
        mapfile -t COMPREPLY < <(compgen -c -- "$current" | sort -u)
      else
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
      fi
      ;;
    :values)
      lines=("\${lines[@]:1}")
      lines=("\${lines[@]%%$'\\t'*}")
      COMPREPLY=("\${lines[@]#"$prefix"}")
      ;;
  esac
}
complete -F _ipft ipft
`;

const ZSH = `#compdef ipft
# zsh completion for ipft. For good: ipft completion zsh > a file _ipft in a folder of $fpath
_ipft() {
  local -a lines values
  local line directive value
  lines=("\${(@f)$("\${(Q)words[1]}" complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  directive=\${lines[1]}
  case $directive in
    :files)
      compset -P '--*='
      _files
      ;;
    :command*)
      local at=\${directive#:command }
      shift $((at + 1)) words
      ((CURRENT -= at + 1))
      _normal
      ;;
    :values)
      for line in "\${(@)lines[2,-1]}"; do
        value=\${line%%$'\\t'*}
        values+=("\${value//:/\\\\:}:\${line#*$'\\t'}")
      done
      # -o: for words that begin with a hyphen, and no others
      if [[ $PREFIX == -* ]]; then _describe -o ipft values; else _describe ipft values; fi
      ;;
  esac
}
if [[ $funcstack[1] == _ipft ]]; then _ipft "$@"; else compdef _ipft ipft; fi
`;

const FISH = `# fish completion for ipft. For good: ipft completion fish > ~/.config/fish/completions/ipft.fish
function __ipft_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l lines ($words[1] complete -- $words[2..-1] 2>/dev/null)
    switch "$lines[1]"
        case ':files'
            __fish_complete_path (string replace -r '^--[^=]*=' '' -- $words[-1])
        case ':command*'
            set -l at (string replace ':command ' '' -- $lines[1])
            complete -C (string join ' ' -- (string escape -- $words[(math $at + 2)..-2]) $words[-1])
        case ':values'
            string join \\n -- $lines[2..-1]
    end
end
complete -c ipft -f -a '(__ipft_complete)'
`;

/** What \`ipft completion SHELL\` prints, by shell. */
export const COMPLETION_SCRIPTS: ReadonlyMap<string, string> = new Map([
  ['bash', BASH],
  ['zsh', ZSH],
  ['fish', FISH],
]);

import type { Shell } from './completions.ts';

/** Each asks `temper complete` for the words that may stand next: a line each, with a tab before what it means. */
export const scripts: Readonly<Record<Shell, string>> = {
  // `@`, `:` and `=` separate words in bash, not in temper: the line is split at spaces, and what bash calls done is cut off.
  bash: `# temper: completion for bash. Use it with: eval "$(temper completion bash)"
_temper() {
  local line=\${COMP_LINE:0:COMP_POINT} words reply word
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  local current=\${words[\${#words[@]}-1]}
  local done=\${current%"\${COMP_WORDS[COMP_CWORD]}"}
  reply=$(temper complete -- "\${words[@]:1}" 2>/dev/null) || return
  COMPREPLY=()
  if [[ $reply == :files ]]; then
    compopt -o default
    return
  fi
  while IFS=$'\\t' read -r word _; do
    [[ -n $word ]] && COMPREPLY+=("\${word#"$done"}")
  done <<<"$reply"
}
complete -F _temper temper
`,
  zsh: `#compdef temper
# temper: completion for zsh. Use it with: eval "$(temper completion zsh)"
_temper() {
  local line
  local -a lines items
  lines=("\${(@f)$(temper complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ \${lines[1]} == :files ]]; then
    _files
    return
  fi
  for line in $lines; do
    items+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  _describe temper items
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
compdef _temper temper
`,
  fish: `# temper: completion for fish. Use it with: temper completion fish | source
function __temper_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l lines (temper complete -- $words[2..-1] 2>/dev/null)
  if test "$lines[1]" = ":files"
    __fish_complete_path (commandline -ct)
  else
    printf '%s\\n' $lines
  end
end
complete -c temper -f -a '(__temper_complete)'
`,
};

import { type Following, switches, type Values, type WordTree } from './completion-tree.ts';

/** A script for each shell. All of them find what was typed, without flags and their values, and look up what follows. */
export const completionScripts: Readonly<Record<string, (tree: WordTree) => string>> = { bash, zsh, fish };

function bash(tree: WordTree): string {
  return `_trestle() {
  local current="\${COMP_WORDS[COMP_CWORD]}" route="" flag="" word found="" files=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in
      =) ;;
      ${switches.join(' | ')}) flag="" ;;
      --*) flag="$word" ;;
      *) [ -n "$flag" ] || route="\${route:+$route }$word"; flag="" ;;
    esac
  done
  [ "$current" != = ] || current=""
${lookup(tree)}
  COMPREPLY=($(compgen -W "$found" -- "$current"))
  if [ -n "$files" ]; then
    compopt -o filenames 2>/dev/null
    COMPREPLY+=($(compgen -f -- "$current"))
  fi
}
complete -F _trestle trestle`;
}

function zsh(tree: WordTree): string {
  return `#compdef trestle
_trestle() {
  local route="" flag="" word found="" files=""
  for word in "\${words[@]:1:$((CURRENT - 2))}"; do
    case "$word" in
      --*=*) flag="" ;;
      ${switches.join(' | ')}) flag="" ;;
      --*) flag="$word" ;;
      *) [ -n "$flag" ] || route="\${route:+$route }$word"; flag="" ;;
    esac
  done
  if [[ "$PREFIX" == --*=* ]]; then
    flag="\${PREFIX%%=*}"
    compset -P '*='
  fi
${lookup(tree)}
  [ -z "$found" ] || compadd -- \${=found}
  [ -z "$files" ] || _files
}
if [ "\${funcstack[1]}" = _trestle ]; then
  _trestle "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
  compdef _trestle trestle
fi`;
}

/** In what bash and zsh have in common: `found` and `files` by `route` and `flag`. */
function lookup(tree: WordTree): string {
  const values = ordered(tree).flatMap(([path, { values }]) =>
    Object.entries(values).map(([flag, each]) => `      ${either(path, `:${flag}`)}) ${set(each)} ;;`),
  );
  const words = ordered(tree).map(([path, { words: each, files }]) => {
    const also = files === true ? ' files=yes' : '';
    return `      ${either(path, '')}) found="${each.join(' ')}"${also} ;;`;
  });
  return `  if [ -n "$flag" ]; then
    case "$route:$flag" in
${values.join('\n')}
    esac
  else
    case "$route" in
${words.join('\n')}
    esac
  fi`;
}

function set(values: Values): string {
  return values === 'files' ? 'files=yes' : `found="${values.join(' ')}"`;
}

/** Further words may stand behind a command, but not behind none. */
function either(path: string, end: string): string {
  return path === '' ? `"${end}"` : `"${path}${end}" | "${path} "*"${end}"`;
}

/** The longest way first, so that words behind a command do not hide its own. */
function ordered(tree: WordTree): readonly (readonly [string, Following])[] {
  return [...tree].toSorted(([a], [b]) => b.length - a.length);
}

function fish(tree: WordTree): string {
  const values = ordered(tree).flatMap(([path, { values }]) =>
    Object.entries(values).map(
      ([flag, each]) => `      case ${fishEither(path, `:${flag}`)}\n        ${fishSaid(each)}`,
    ),
  );
  const words = ordered(tree).map(([path, { words: each, files }]) => {
    const also = files === true ? '\n        __fish_complete_path (commandline -ct)' : '';
    return `      case ${fishEither(path, '')}\n        ${fishSaid(each)}${also}`;
  });
  return `function __trestle_words
  set -l route ''
  set -l flag ''
  for word in (commandline -opc)[2..-1]
    switch "$word"
      case ${switches.join(' ')} '--*=*'
        set flag ''
      case '--*'
        set flag $word
      case '*'
        if test -z "$flag"
          set route (string trim "$route $word")
        end
        set flag ''
    end
  end
  if test -n "$flag"
    switch "$route:$flag"
${values.join('\n')}
    end
  else
    switch "$route"
${words.join('\n')}
    end
  end
end
complete -c trestle -f -a '(__trestle_words)'`;
}

function fishEither(path: string, end: string): string {
  return path === '' ? `'${end}'` : `'${path}${end}' '${path} *${end}'`;
}

function fishSaid(values: Values): string {
  if (values === 'files') return '__fish_complete_path (commandline -ct)';
  return values.length === 0 ? 'true' : `printf '%s\\n' ${values.join(' ')}`;
}

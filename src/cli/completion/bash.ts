/** Completion for bash, and for zsh by way of its bashcompinit. */
import type { CompletionRow, Offer } from './table.js';

/** Functions up to `_daychain`, which fills COMPREPLY. */
export function bashScript(rows: readonly CompletionRow[]): string {
  const cases = (line: (row: CompletionRow) => string[]) => rows.flatMap(line).join('\n');
  return `_daychain_subcommands() {
  case "$1" in
${cases(({ path, subcommands }) => (subcommands.length === 0 ? [] : [`    '${path}') echo '${subcommands.map(({ name }) => name).join(' ')}' ;;`]))}
  esac
}
_daychain_options() {
  case "$1" in
${cases(({ path, options }) => [`    '${path}') echo '${options.map(({ long }) => long).join(' ')}' ;;`])}
  esac
}
# What the value of an option is; nothing for one that takes none.
_daychain_value() {
  case "$1 $2" in
${cases(({ path, options }) => options.flatMap(({ long, offer }) => (offer === null ? [] : [`    '${path} ${long}') echo '${wordOf(offer)}' ;;`])))}
  esac
}
_daychain_argument() {
  case "$1 $2" in
${cases(({ path, arguments: args, repeats }) => args.map((offer, at) => `    '${path} '${at === args.length - 1 && repeats ? '*' : at + 1}) echo '${wordOf(offer)}' ;;`))}
  esac
}
_daychain_dates() {
  echo today yesterday
  local day
  for day in 2 3 4 5 6 7 8 9 10 11 12 13 14; do
    date -d "-$day days" +%Y-%m-%d 2>/dev/null || date -v "-\${day}d" +%Y-%m-%d 2>/dev/null
  done
}
# Counts what stands before the word that is completed: the command, and its arguments. ("path" is a name of zsh's own.)
_daychain() {
  local cur under= word expects= count=0 at project= offer
  local -a found
  COMPREPLY=()
  cur="\${COMP_WORDS[COMP_CWORD]}"
  for ((at = 1; at < COMP_CWORD; at++)); do
    word="\${COMP_WORDS[at]}"
    if [[ -n $expects ]]; then
      [[ $expects == --project ]] && project="$word"
      expects=
      continue
    fi
    case "$word" in
      --*) [[ -n "$(_daychain_value "$under" "$word")" ]] && expects="$word" ;;
      -*) ;;
      *)
        if [[ $count -eq 0 && " $(_daychain_subcommands "$under") " == *" $word "* ]]; then
          under="\${under:+$under }$word"
        else
          count=$((count + 1))
        fi
        ;;
    esac
  done
  if [[ -n $expects ]]; then
    offer="$(_daychain_value "$under" "$expects")"
  elif [[ $cur == -* ]]; then
    offer="$(_daychain_options "$under")"
  else
    offer="$(_daychain_argument "$under" "$((count + 1))")"
    [[ $count -eq 0 ]] && offer="$offer $(_daychain_subcommands "$under")"
  fi
  local words= one
  for one in $(echo "$offer"); do
    case "$one" in
      @chains | @tasks | @ids) words="$words $(daychain completion ids "\${one#@}" \${project:+--project "$project"} 2>/dev/null)" ;;
      @dates) words="$words $(_daychain_dates)" ;;
      @folders) COMPREPLY+=($(compgen -d -- "$cur")) ;;
      @files) COMPREPLY+=($(compgen -f -- "$cur")) ;;
      @nothing) ;;
      *) words="$words $one" ;;
    esac
  done
  COMPREPLY+=($(compgen -W "$words" -- "$cur"))
}`;
}

/** Words as they are; what is asked for at the time begins with an @. */
function wordOf(offer: Offer): string {
  return typeof offer === 'string' ? `@${offer}` : offer.words.join(' ');
}

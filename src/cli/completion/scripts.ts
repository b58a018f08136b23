/** The scripts of the shells. What may stand where is written into them; only ids are asked for, at each Tab. */
import { bashScript } from './bash.js';
import { fishScript } from './fish.js';
import type { CompletionRow } from './table.js';

export function scriptFor(shell: 'bash' | 'zsh' | 'fish', rows: readonly CompletionRow[]): string {
  switch (shell) {
    case 'bash':
      return `# Completion of daychain for bash, made by: daychain completion bash\n${bashScript(rows)}\ncomplete -o default -F _daychain daychain`;
    case 'zsh':
      // zsh reads bash's own functions; the first line makes it a file for fpath, the last two serve "source" as well.
      return [
        '#compdef daychain',
        '# Completion of daychain for zsh, made by: daychain completion zsh',
        'autoload -U +X bashcompinit && bashcompinit',
        bashScript(rows),
        'complete -o default -F _daychain daychain',
        '[[ $funcstack[1] == _daychain ]] && _bash_complete -o default -F _daychain',
      ].join('\n');
    case 'fish':
      return `# Completion of daychain for fish, made by: daychain completion fish\n${fishScript(rows)}`;
  }
}

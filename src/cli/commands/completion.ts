/** `daychain completion`: scripts that let a shell complete commands, options and ids. */
import { Argument, type Command } from 'commander';
import { findFiles } from '../../registry/files.js';
import { findProjectDir } from '../../session/project-dir.js';
import { EXIT } from '../exit-codes.js';
import type { Act, Invocation } from '../program.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

export function configure(command: Command, act: Act): void {
  command
    .description('A script for your shell: commands, options, ids of tasks and chains, and dates.')
    .addArgument(new Argument('<shell>', 'which one').choices(SHELLS))
    .addHelpText(
      'after',
      `
Ids are those of the project around the current folder, by the names of its files: no server is asked.
Make the script anew after an upgrade.

Examples:
  daychain completion bash > ~/.local/share/bash-completion/completions/daychain
  daychain completion zsh > ~/.zfunc/_daychain      with fpath+=(~/.zfunc) before compinit in ~/.zshrc
  daychain completion fish > ~/.config/fish/completions/daychain.fish`,
    )
    .action(act(completion));
  command.command('ids', { hidden: true }).argument('[kind]', 'chains, tasks or ids').action(act(ids));
}

async function completion({ out }: Invocation, [shell]: [Shell]): Promise<number> {
  // All commands are loaded for it: nothing to do at every start of a shell, hence the file.
  const [{ describeProgram }, { completionTable }, { scriptFor }] = await Promise.all([
    import('../described.js'),
    import('../completion/table.js'),
    import('../completion/scripts.js'),
  ]);
  const script = scriptFor(shell, completionTable(await describeProgram()));
  out.say(script);
  out.answer({ shell, script });
  return EXIT.done;
}

/** Asked by the scripts at each Tab: quick, silent, and never a failure. */
async function ids({ out, project }: Invocation, [kind = 'ids']: [string | undefined]): Promise<number> {
  let found: string[] = [];
  try {
    const { tasks, chains } = await findFiles(findProjectDir(project, process.cwd()));
    const files = kind === 'chains' ? chains : kind === 'tasks' ? tasks : [...chains, ...tasks];
    found = [...new Set(files.map(({ id }) => id))];
  } catch {
    // Not in a project: nothing to offer.
  }
  out.say(found.join('\n'));
  out.answer({ ids: found });
  return EXIT.done;
}

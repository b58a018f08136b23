/** `daychain doctor`: every setting with its source, every server, and how to mend what is wrong. */
import type { Command } from 'commander';
import { EXIT } from '../exit-codes.js';
import { type Check, runChecks } from '../doctor/checks.js';
import { settingRows, type SettingRow } from '../doctor/project-settings.js';
import type { Output } from '../output.js';
import type { Act, Invocation } from '../program.js';
import { openProject } from '../session.js';
import { labelled, shortened, table, widthOf } from '../table.js';

export function configure(command: Command, act: Act): void {
  command.addHelpText('after', '\nExit code 1 if anything fails. Secrets are masked.').action(act(doctor));
}

async function doctor({ out, project: named }: Invocation): Promise<number> {
  const project = await openProject(named);
  const { warnings } = project.config;
  const settings = [...project.config.settings, ...settingRows(project)];
  out.say('Settings');
  for (const line of settingLines(settings)) out.say(shortened(line, out.width));
  for (const warning of warnings) out.say(`  ${out.paint('yellow', 'odd')}  ${warning}`);
  out.say('\nChecks');
  const checks = await runChecks(project);
  for (const line of checkLines(out, checks)) out.say(line);
  const failed = checks.filter(({ state }) => state === 'fails').length;
  out.say(failed === 0 ? '\nNothing fails.' : `\n${failed} of ${checks.length} checks ${failed === 1 ? 'fails' : 'fail'}.`);
  out.answer({ settings, warnings, checks });
  return failed === 0 ? EXIT.done : EXIT.failed;
}

function settingLines(settings: readonly SettingRow[]): string[] {
  return table(
    settings.map(({ name, value, source, description = '' }) => [
      `  ${name}`,
      value ?? 'not set',
      value === null ? '' : source,
      description,
    ]),
  );
}

function checkLines(out: Output, checks: readonly Check[]): string[] {
  const labelWidth = Math.max(...checks.map(({ name }) => widthOf(name))) + 3;
  const words = { ok: ['✓', 'green'], odd: ['·', 'yellow'], fails: ['✗', 'red'], skipped: ['–', null] } as const;
  return checks.flatMap(({ name, state, text, mend }) => {
    const [glyph, colour] = words[state];
    const [first = '', ...rest] = labelled(name, state === 'fails' ? `fails: ${text}` : text, {
      labelWidth,
      width: out.width,
      indent: 4,
    });
    const next = mend === null ? [] : labelled('', `→ ${mend}`, { labelWidth, width: out.width, indent: 4 });
    return [`  ${out.paint(colour, glyph)} ${first.slice(4)}`, ...rest, ...next];
  });
}

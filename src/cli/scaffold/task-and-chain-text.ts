/** The files of a new task and a new chain. */

export function taskText(id: string): string {
  return `import { defineTask } from 'daychain';

export default defineTask({
  summary: 'Say hello; put here what ${id} does, in one line',
  async run(ctx) {
    // ctx.date is the day this run is for; the clock is not asked.
    const said = \`Hello from \${ctx.date}\`;
    ctx.log.info(said);
    // What is returned is the run's output: a small JSON object.
    return { said };
  },
});
`;
}

/** Tasks one after the other; without any, a program that prints the date. */
export function chainText(tasks: readonly string[], chain: string): string {
  const lines =
    tasks.length === 0
      ? [
          `    // A program instead of a task's file. {date} is the day the run is for.`,
          `    ${programId(chain)}: { command: ['/bin/echo', '{date}'] },`,
        ]
      : tasks.map((task, at) => `    ${keyOf(task)}: [${at === 0 ? '' : `'${tasks[at - 1]}'`}],`);
  return `import { defineChain } from 'daychain';

export default defineChain({
  schedule: { daily: '06:00' },
  // A task, and those it comes after.
  tasks: {
${lines.join('\n')}
  },
});
`;
}

export function programId(chain: string): string {
  return `print_${chain.replaceAll('-', '_')}`.slice(0, 80);
}

function keyOf(id: string): string {
  return /^[a-z]\w*$/.test(id) ? id : `'${id}'`;
}

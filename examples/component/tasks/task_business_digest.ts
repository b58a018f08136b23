import { defineTask } from 'daychain';
import { writeWhole } from 'daychain/kit';
import { clientsOf, outFolder } from '../lib/context.js';

export default defineTask({
  summary: 'Write what each agent has to do',
  tags: ['business'],
  async run(ctx) {
    const db = await clientsOf(ctx).sql();
    const open = await db
      .selectFrom('tickets')
      .select(['id', 'subject', 'state', 'agent'])
      .where('state', '!=', 'closed')
      .orderBy('id')
      .execute();
    const agents = [...new Set(open.map(({ agent }) => agent ?? 'nobody'))].sort();
    const text = agents.flatMap((name) => [
      `# ${name}`,
      ...open
        .filter(({ agent }) => (agent ?? 'nobody') === name)
        .map(({ id, subject, state }) => `- ${id} (${state}): ${subject}`),
      '',
    ]);
    await writeWhole(outFolder(ctx, 'digests'), `${ctx.runKey}.md`, text.join('\n'));
    return { digest: `digests/${ctx.runKey}.md`, tickets: open.length, agents: agents.length };
  },
});

import { defineTask } from 'daychain';
import { clientsOf } from '../lib/context.js';

const AGENTS = ['amira', 'bruno', 'chloe'] as const;

export default defineTask({
  summary: 'Give every open ticket without an agent to the one who has the fewest',
  tags: ['business'],
  async run(ctx) {
    const db = await clientsOf(ctx).sql();
    const assigned = await db.transaction().execute(async (transaction) => {
      const open = await transaction
        .selectFrom('tickets')
        .select(['id', 'agent'])
        .where('state', '!=', 'closed')
        .orderBy('id')
        .forUpdate()
        .execute();
      const load = new Map<string, number>(
        AGENTS.map((agent) => [agent, open.filter((ticket) => ticket.agent === agent).length]),
      );
      const free = open.filter(({ agent }) => agent === null);
      for (const { id } of free) {
        const [agent, count] = [...load].reduce((least, one) => (one[1] < least[1] ? one : least));
        await transaction.updateTable('tickets').set({ agent }).where('id', '=', id).execute();
        load.set(agent, count + 1);
      }
      return free.length;
    });
    return assigned === 0 ? ctx.noWork('no_free_tickets') : { assigned };
  },
});

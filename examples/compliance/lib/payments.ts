import type { Database, Tables } from './database.js';

/** Books a payment once, by its own id, and says how its report stands then. One for a report that owes nothing is not booked. */
export async function bookPayment(
  db: Database,
  payment: Omit<Tables['payments'], 'told'>,
  date: string,
): Promise<{ booked: boolean; status: 'open' | 'met' | 'overdue' | 'unmatched' }> {
  const { report_id, amount } = payment;
  return await db.transaction().execute(async (transaction) => {
    const owes = await transaction.selectFrom('obligations').select('fee').where('report_id', '=', report_id).executeTakeFirst();
    if (owes === undefined) return { booked: false, status: 'unmatched' };
    const inserted = await transaction
      .insertInto('payments')
      .values(payment)
      .onConflict((same) => same.doNothing())
      .executeTakeFirst();
    const booked = inserted.numInsertedOrUpdatedRows === 1n;
    const owed = await transaction
      .updateTable('obligations')
      .set((eb) => ({ paid: eb('paid', '+', booked ? amount : 0) }))
      .where('report_id', '=', report_id)
      .returningAll()
      .executeTakeFirstOrThrow();
    const status = owed.paid >= owed.fee ? 'met' : owed.due_on < date ? 'overdue' : 'open';
    await transaction.updateTable('obligations').set({ status }).where('report_id', '=', report_id).execute();
    return { booked, status };
  });
}

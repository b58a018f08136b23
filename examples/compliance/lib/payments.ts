import type { Database, Tables } from './database.js';

/** How a report stands after a payment. One for a report that owes nothing is not booked. */
export interface Booking {
  booked: boolean;
  status: 'open' | 'met' | 'overdue' | 'unmatched';
  /** The day of its last payment, where all is paid, and that day was after the due date; else null. */
  paidLateOn: string | null;
}

/** Books a payment once, by its own id, and says how its report stands then. */
export async function bookPayment(db: Database, payment: Omit<Tables['payments'], 'told'>, date: string): Promise<Booking> {
  const { report_id, amount } = payment;
  return await db.transaction().execute(async (transaction) => {
    const owes = await transaction.selectFrom('obligations').select('fee').where('report_id', '=', report_id).executeTakeFirst();
    if (owes === undefined) return { booked: false, status: 'unmatched', paidLateOn: null };
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
    // Not this payment's own day: payments do not come in the order in which they were made.
    const { last } = await transaction
      .selectFrom('payments')
      .select((eb) => eb.fn.max('paid_on').as('last'))
      .where('report_id', '=', report_id)
      .executeTakeFirstOrThrow();
    return { booked, status, paidLateOn: status === 'met' && last > owed.due_on ? last : null };
  });
}

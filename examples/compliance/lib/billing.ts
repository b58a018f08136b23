/** The province's billing service: over HTTP where BILLING_URL says so, else the bundled answers and a table that takes what is sent. */
import { z, type ProjectClients, type ProjectSettings } from 'daychain';
import type { Tables } from './database.js';
import { inProject, readJson } from './files.js';

const rates = z.array(z.object({ starts_on: z.string().regex(/^\d{8}$/), rate: z.number().min(0).max(100) }));
const payments = z.array(
  z.object({ id: z.string(), report_id: z.number().int(), amount: z.number().int(), paid_on: z.string().regex(/^\d{8}$/) }),
);

interface Caller {
  clients: ProjectClients;
  settings: ProjectSettings;
  signal: AbortSignal;
}

/** Yearly interest in percent, from each date on. */
export async function fetchRates(ctx: Caller): Promise<Tables['interest_rates'][]> {
  return await get(ctx, 'interest-rates', rates);
}

/** All payments up to a date; amounts below zero are corrections. */
export async function fetchPayments(ctx: Caller, until: string): Promise<Omit<Tables['payments'], 'told'>[]> {
  return (await get(ctx, 'payments', payments)).filter(({ paid_on }) => paid_on <= until);
}

/** Sends something once per key, however often it is called. Returns the key. */
export async function submit(
  ctx: Caller,
  kind: 'obligations' | 'adjustments' | 'penalties',
  key: string,
  body: object,
): Promise<string> {
  const { BILLING_URL } = ctx.settings;
  if (BILLING_URL) {
    const http = await ctx.clients.http();
    await http.post(`${BILLING_URL}/${kind}`, body, { idempotencyKey: key, signal: ctx.signal });
    return key;
  }
  const db = await ctx.clients.sql();
  const row = { key, kind, body: JSON.stringify(body) };
  await db
    .insertInto('billing_entries')
    .values(row)
    .onConflict((same) => same.doNothing())
    .execute();
  return key;
}

async function get<T>(ctx: Caller, what: 'interest-rates' | 'payments', expected: z.ZodType<T>): Promise<T> {
  const { BILLING_URL } = ctx.settings;
  if (!BILLING_URL) return expected.parse(await readJson(inProject('data', `${what}.json`)));
  const http = await ctx.clients.http();
  return (await http.get(`${BILLING_URL}/${what}`, { signal: ctx.signal })).json(expected);
}

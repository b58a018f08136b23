/** The night's chain as a whole, with the real workflows in simulated time. */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { testChain } from 'daychain/testing';

const project = fileURLToPath(new URL('../../../examples/compliance', import.meta.url));

test('payments wait for rates that need a second attempt, and invoices for both', async () => {
  const order: string[] = [];
  const noted = (task: string) => () => {
    order.push(task);
    return { done: 1 };
  };
  const { result, tasks, tookMs } = await testChain('nightly-billing', {
    project,
    date: '20260203',
    tasks: {
      take_in_reports: noted('reports'),
      refresh_interest_rates: [new Error('the bank does not answer'), { rates: 4 }],
      run_scheduled_compliance_sync: noted('payments'),
      generate_invoices_for_current_period: noted('invoices'),
    },
  });
  expect(result.status).toBe('success');
  expect(tasks['refresh_interest_rates']!.result).toMatchObject({ attempts: 2, attempt_errors: [{ attempt: 1 }] });
  expect(tookMs).toBeGreaterThanOrEqual(5 * 60_000);
  expect(order).toEqual(['reports', 'payments', 'invoices']);
});

test('without rates there are neither payments nor invoices', async () => {
  const { result } = await testChain('nightly-billing', {
    project,
    date: '20260203',
    tasks: { take_in_reports: { reports: 0 }, refresh_interest_rates: new Error('the bank does not answer') },
  });
  expect(result.status).toBe('failed');
  for (const task of ['run_scheduled_compliance_sync', 'generate_invoices_for_current_period'])
    expect(result.tasks[task]).toMatchObject({ kind: 'upstream_failed' });
});

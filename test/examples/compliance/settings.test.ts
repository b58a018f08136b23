/** Settings that are none are refused by name, before anything is worked on. */
import { beforeAll, expect, test } from 'vitest';
import { openExample, type Example } from '../../support/example.js';

let compliance: Example;
beforeAll(async () => {
  compliance = await openExample('compliance');
});

const BAD = {
  DATABASE_URL: 'localhost, the big one',
  BILLING_URL: 'billing.example/v1',
  SMTP_URL: 'mail',
  CLEANUP_DAYS: '0',
};

test.each(['check', 'worker'])('daychain %s names every one of them, shows no secret, and does nothing', async (command) => {
  const { exit, stdout, stderr } = await compliance.daychainWith(BAD, command);
  expect(exit).toBe(2);
  for (const name of Object.keys(BAD)) expect(stdout + stderr).toContain(name);
  expect(stdout + stderr).toContain('whole number from 1 to 3650');
  expect(stdout + stderr).not.toContain('the big one');
});

test.each([
  ['CLEANUP_DAYS', '30 days'],
  ['SMTP_URL', 'http://mail.example.org'],
  ['BILLING_URL', 'ftp://billing.example.org'],
  ['DATABASE_URL', 'mysql://localhost/register'],
])('%s is refused where it is nearly right: %s', async (name, value) => {
  const { exit, stdout, stderr } = await compliance.daychainWith({ [name]: value }, 'check');
  expect(exit).toBe(2);
  expect(stdout + stderr).toContain(`${name}: `);
});

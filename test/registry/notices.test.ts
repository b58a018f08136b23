import { describe, expect, test } from 'vitest';
import { chain, config, load, task, told } from './fixture.js';

const HOOK = `{ webhook: { url: { env: 'OPS_WEBHOOK' } } }`;
const MAIL = `{ mail: { to: { env: 'OPS_MAIL' } } }`;
const project = (notices: string) =>
  load({ 'daychain.config.js': config(`{ name: 'jobs', notices: ${notices} }`), 'tasks/a.js': task() });

describe('notices', () => {
  test.each([
    [
      'an address written out, which is not shown',
      `[{ on: ['failure'], to: { webhook: { url: 'https://hooks/secret' } } }]`,
      "notices[0].to.webhook.url: is written out: addresses come from the environment, by name, like { env: 'OPS_WEBHOOK' }.",
    ],
    [
      'no list',
      `{ on: ['failure'], to: ${HOOK} }`,
      'notices: {"on":["failure"],"to":{"webhook":{"url":{"env":"OPS_WEBHOO… stands where a list belongs, like [{ on:',
    ],
    [
      'an event that does not exist',
      `[{ on: ['failures'], to: ${HOOK} }]`,
      'notices[0].on[0]: "failures" is not possible; there are failure, recovery, late. Did you mean failure?',
    ],
    ['an event as text', `[{ on: 'failure', to: ${HOOK} }]`, 'notices[0].on: "failure" where a list belongs: write ["failure"].'],
    ['no target', `[{ on: ['failure'] }]`, 'notices[0].to: is missing; expected one of'],
    [
      'two targets in one',
      `[{ on: ['failure'], to: { webhook: { url: { env: 'A' } }, mail: { to: { env: 'B' } } } }]`,
      'expected one of',
    ],
    [
      'none in a row',
      `[{ on: ['failure'], after: 0, to: ${HOOK} }]`,
      'notices[0].after: 0 is not possible; expected a whole number from 1 to 100.',
    ],
    [
      'a name that is no variable',
      `[{ on: ['failure'], to: { webhook: { url: { env: 'https://x' } } } }]`,
      'notices[0].to.webhook.url.env: "https://x" is no name of a variable, like "OPS_WEBHOOK".',
    ],
    [
      'two of one name',
      `[{ on: ['failure'], to: ${HOOK} }, { on: ['late'], to: ${HOOK} }]`,
      'notices[1].name: "OPS_WEBHOOK" is named twice: give one of them another name.',
    ],
    [
      'an unknown placeholder',
      `[{ on: ['failure'], to: { mail: { to: { env: 'A' }, template: '{tilte}' } } }]`,
      '{tilte} is no placeholder; there are event, project,',
    ],
    [
      'a format that does not exist',
      `[{ on: ['failure'], to: { webhook: { url: { env: 'A' }, format: 'teams' } } }]`,
      '"teams" is not possible; there are json, slack.',
    ],
    [
      'an unknown key',
      `[{ on: ['failure'], afer: 2, to: ${HOOK} }]`,
      'notices[0].afer: "afer" is not known here; there are name, on, after, remindEvery, to. Did you mean after?',
    ],
  ])('are refused for %s', async (_name, notices, message) => {
    const problems = told(await project(notices));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(message);
    expect(problems[0]).not.toContain('secret');
  });

  test('of the project hold for every chain and scheduled task that says nothing else', async () => {
    const registry = await load({
      'daychain.config.js': config(
        `{ name: 'jobs', timezone: 'Europe/Paris', notices: [{ on: ['late', 'late'], to: ${MAIL} }] }`,
      ),
      'tasks/a.js': task(),
      'tasks/own.js': task(
        `{ run() {}, schedule: { daily: '06:00' }, late: '07:00', notices: [{ on: ['failure'], after: 3, to: ${HOOK} }] }`,
      ),
      'chains/all.js': chain(`{ schedule: { daily: '23:00' }, deadline: '02:00 +1d', late: '01:00 +1d', tasks: { a: [] } }`),
      'chains/dead.js': chain(`{ schedule: { daily: '06:00' }, deadline: '07:30', tasks: { a: [] } }`),
      'chains/none.js': chain(`{ notices: [], tasks: { a: [] } }`),
    });
    expect(told(registry)).toEqual([]);
    const target = { medium: 'mail', to: 'OPS_MAIL', from: 'SMTP_FROM', server: 'SMTP_URL', template: null };
    expect(registry.noticesOf('all')).toEqual([{ name: 'OPS_MAIL', on: ['late'], after: 1, remindEvery: null, target }]);
    expect(registry.noticesOf('own')).toMatchObject([{ name: 'OPS_WEBHOOK', after: 3 }]);
    expect([registry.noticesOf('none'), registry.noticesOf('a'), registry.noticesOf('unknown')]).toEqual([[], [], []]);
    const late = (chain: string) => (registry.resolveChain({ chain, date: '20260329' }) as { notices?: object }).notices;
    expect(late('all')).toEqual({ lateAt: '2026-03-30T01:00:00+02:00' });
    expect(late('dead')).toEqual({ lateAt: '2026-03-29T07:30:00+02:00' });
    expect(late('none')).toBeUndefined();
    expect(registry.resolveChain({ chain: 'all', date: '20260329', backfill: true })).not.toHaveProperty('notices');
    expect(registry.resolveChain({ chain: 'all', runKey: 'at-x', date: '20260329' })).toMatchObject({ notices: {} });
    expect(registry.resolveTask({ task: 'own', date: '20260203' })).toMatchObject({
      notices: { lateAt: '2026-02-03T07:00:00+01:00' },
    });
    expect(registry.resolveTask({ task: 'a', date: '20260203' })).not.toHaveProperty('notices');
  });

  test('of lateness need a time, and a schedule', async () => {
    const problems = told(
      await load({
        'tasks/a.js': task(`{ run() {}, notices: [{ on: ['failure'], to: ${HOOK} }] }`),
        'tasks/b.js': task(),
        'chains/c.js': chain(`{ schedule: { daily: '06:00' }, notices: [{ on: ['late'], to: ${HOOK} }], tasks: { b: [] } }`),
        'chains/d.js': chain(`{ schedule: { daily: '06:00' }, late: '7:15', tasks: { b: [] } }`),
      }),
    );
    expect(problems).toEqual([
      "chains/c.js notices: tell of lateness, and nothing says when it is late: write late: '07:15' or a deadline.",
      `chains/d.js late: "7:15" is no time of day: write '07:30', or '02:00 +1d' for the day after the slot's date.`,
      "tasks/a.js notices: has no schedule beside it; in a chain the chain's counts.",
    ]);
  });
});

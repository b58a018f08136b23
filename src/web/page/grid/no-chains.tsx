/** An empty project: the first step, in full. */
import { useSpeech } from '../i18n/context.js';
import { Command } from '../parts/command.js';

const CHAIN = `import { defineChain } from 'daychain';

export default defineChain({
  schedule: { daily: '06:00' },
  tasks: { task_hello: [] },
});`;

const TASK = `import { defineTask } from 'daychain';

export default defineTask({
  summary: 'Say hello once a day',
  async run(ctx) {
    ctx.log.info('hello', { date: ctx.date });
    return { greeted: 1 };
  },
});`;

export function NoChains() {
  const { t } = useSpeech();
  return (
    <section class="empty">
      <h1>{t.noChains}</h1>
      <p>{t.noChainsHint}</p>
      <pre lang="en">{CHAIN}</pre>
      <p>{t.noChainsTask}</p>
      <pre lang="en">{TASK}</pre>
      <p>{t.noChainsNext}</p>
      <Command text="daychain check" />
      <Command text="daychain up" />
    </section>
  );
}

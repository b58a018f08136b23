/** The one sentence of `daychain why`, and what would unblock it. */
import type { WhyView } from '../../../control/why-view.js';
import { whyPath } from '../client/paths.js';
import { useView } from '../client/use-view.js';
import { useSpeech } from '../i18n/context.js';
import { Command } from '../parts/command.js';

export interface WhyProps {
  task: string;
  runKey: string;
  chain?: string | undefined;
}

export function Why({ task, runKey, chain }: WhyProps) {
  const { t, language, causes } = useSpeech();
  const { data } = useView<WhyView>(whyPath(task, runKey, chain ?? null));
  if (data === null) return null;
  return (
    <section class="why" aria-label={t.why} lang="en">
      {causes !== null && <p lang={language}>{`${data.task} ${data.runKey} ${causes[data.cause]}.`}</p>}
      <p class="why-sentence">{data.sentence}</p>
      {data.details.length > 0 && (
        <dl class="pairs">
          {data.details.map(({ label, text }, at) => (
            <div key={at}>
              <dt>{label}</dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
      )}
      {data.commands.length > 0 && (
        <ul class="why-commands">
          {data.commands.map(({ text, command }) => (
            <li key={command}>
              <span class="quiet">{text}</span>
              <Command text={command} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** A run's record as pairs: what was, each with its word. */
import type { ComponentChildren } from 'preact';
import type { FullRun, RunOrder, Sized } from '../../../control/views/run-types.js';
import type { AttemptError } from '../../../plan/types.js';
import { useSpeech } from '../i18n/context.js';
import { Link } from '../parts/link.js';
import { useNow } from '../shell/clock.js';

export function RunFacts({ run }: { run: FullRun }) {
  const { t, format } = useSpeech();
  const now = useNow(30_000);
  const when = (instant: string, seconds = true): string => format.when(instant, run.timezone, now, seconds);
  return (
    <dl class="pairs">
      <Pair word={t.started}>{when(run.started)}</Pair>
      {run.closed !== null && (
        <Pair word={t.finished}>
          {when(run.closed)}{' '}
          <span class="quiet">{t.took(format.duration(Date.parse(run.closed) - Date.parse(run.started)))}</span>
        </Pair>
      )}
      {run.scheduledFor !== null && <Pair word={t.slotTime}>{when(run.scheduledFor, false)}</Pair>}
      {run.attemptErrors.length > 0 && (
        <Pair word={t.lastErrors}>
          <Attempts errors={run.attemptErrors} timezone={run.timezone} />
        </Pair>
      )}
      <Texts word={t.itemErrors} texts={run.itemErrors} inAll={run.itemErrorsInAll} />
      <Texts word={t.warnings} texts={run.warnings} inAll={run.warningsInAll} />
      <Value word={t.params} sized={run.params} />
      <Inputs upstream={run.upstream} />
      <Value word={t.output} sized={run.output} />
      {run.lock !== null && (
        <Pair word={t.lock}>
          <span lang="en">{run.lock.text}</span>
          {run.lock.ttlMs !== null && <span class="quiet"> {t.lockKeeps(format.duration(run.lock.ttlMs))}</span>}
        </Pair>
      )}
      {run.orders.length > 0 && (
        <Pair word={t.orders}>
          <ol>
            {run.orders.map((order, at) => (
              <li key={at}>
                <OrderText order={order} when={when(order.at)} />
              </li>
            ))}
          </ol>
        </Pair>
      )}
      {run.backfill !== null && (
        <Pair word={t.backfill}>
          <Link to={{ view: 'backfill', id: run.backfill }}>{run.backfill}</Link>
        </Pair>
      )}
      {run.executionsInAll > 1 && <Pair word={t.earlierRuns}>{format.number(run.executionsInAll)}</Pair>}
      {run.incomplete !== null && (
        <Pair word="">
          <span class="quiet" lang="en">
            {run.incomplete}
          </span>
        </Pair>
      )}
    </dl>
  );
}

function Pair({ word, children }: { word: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{word}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Attempts({ errors, timezone }: { errors: readonly AttemptError[]; timezone: string }) {
  const { t, format } = useSpeech();
  return (
    <ol class="attempts">
      {errors.map(({ attempt, at, message }) => (
        <li key={`${attempt} ${at}`}>
          <span class="quiet" title={t.attemptNumber(attempt)}>
            {attempt}
          </span>
          <time class="quiet" dateTime={at}>
            {format.clock(at, timezone, true)}
          </time>
          <span class="error-text" lang="en">
            {message}
          </span>
        </li>
      ))}
    </ol>
  );
}

function Texts({ word, texts, inAll }: { word: string; texts: readonly string[]; inAll: number }) {
  const { t, format } = useSpeech();
  if (texts.length === 0) return null;
  return (
    <Pair word={word}>
      <ul class="texts" lang="en">
        {texts.map((text, at) => (
          <li key={at}>{text}</li>
        ))}
      </ul>
      {inAll > texts.length && <p class="quiet">{t.notAll(format.number(texts.length), format.number(inAll))}</p>}
    </Pair>
  );
}

function Value<T extends object>({ word, sized }: { word: string; sized: Sized<T> | null }) {
  const { t, format } = useSpeech();
  if (sized === null || (sized.value !== null && Object.keys(sized.value).length === 0)) return null;
  if (sized.value === null) {
    return (
      <Pair word={word}>
        <p class="quiet">{t.bytes(format.number(sized.bytes))}</p>
        <pre class="json">{sized.head}</pre>
      </Pair>
    );
  }
  const entries = Object.entries(sized.value);
  const flat = entries.every(([, value]) => typeof value !== 'object' || value === null) && entries.length <= 12;
  return (
    <Pair word={word}>
      {flat ? (
        <p class="counters">
          {entries.map(([name, value]) => (
            <span key={name}>
              <span class="quiet">{name}</span> {typeof value === 'number' ? format.number(value) : String(value)}
            </span>
          ))}
        </p>
      ) : (
        <pre class="json">{JSON.stringify(sized.value, null, 2)}</pre>
      )}
    </Pair>
  );
}

/** What each task before it gave, a line each. */
function Inputs({ upstream }: { upstream: FullRun['upstream'] }) {
  const { t, format } = useSpeech();
  if (upstream === null || upstream.value === null) return <Value word={t.inputs} sized={upstream} />;
  const parents = Object.entries(upstream.value);
  if (parents.length === 0) return null;
  return (
    <Pair word={t.inputs}>
      <ul>
        {parents.map(([task, { status, output }]) => (
          <li key={task} class="counters">
            <span>{task}</span>
            <span class="quiet">{t.status[status]}</span>
            {Object.entries(output).map(([name, value]) => (
              <span key={name}>
                <span class="quiet">{name}</span>{' '}
                {typeof value === 'number' ? format.number(value) : typeof value === 'string' ? value : JSON.stringify(value)}
              </span>
            ))}
          </li>
        ))}
      </ul>
    </Pair>
  );
}

function OrderText({ order, when }: { order: RunOrder; when: string }) {
  const { t } = useSpeech();
  return (
    <>
      {order.task !== null && `${order.task} `}
      {t.order[order.what]}
      {order.by !== null && ` ${t.by(order.by)}`} <span class="quiet">{when}</span>
      {order.reason !== null && `${t.colon}${t.quote(order.reason)}`}
    </>
  );
}

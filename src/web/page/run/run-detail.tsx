/** One run in full: why it is as it is, its attempts and errors, what went in and out, its lock, its record, its log. */
import type { DateNode } from '../../../control/views/date-types.js';
import type { FullRun } from '../../../control/views/run-types.js';
import { Actions } from '../actions/actions.js';
import { runPath } from '../client/paths.js';
import { useView } from '../client/use-view.js';
import { LogLines } from '../date/log-lines.js';
import { isOpen } from '../grid/look.js';
import { useSpeech } from '../i18n/context.js';
import { Failure, Loading } from '../parts/loading.js';
import { StateWord } from '../parts/state-word.js';
import { runParts } from '../route.js';
import { useNow } from '../shell/clock.js';
import { ItemsBar } from './items-bar.js';
import { RunFacts } from './run-facts.js';
import { Why } from './why.js';
import { wishesOfTask } from './task-wishes.js';

export interface RunDetailProps {
  /** Workflow ID. */
  run: string;
  timezone: string | null;
  /** The chain in whose panel it stands. */
  chain: { id: string; runKey: string; node: DateNode | null } | null;
  withLog: boolean;
}

export function RunDetail({ run, timezone, chain, withLog }: RunDetailProps) {
  const { id, runKey } = runParts(run);
  const unstarted = chain !== null && (chain.node?.run ?? null) === null;
  const { data, problem } = useView<FullRun>(unstarted ? null : runPath(run));
  const zone = data?.timezone ?? timezone ?? 'UTC';
  return (
    <section class="run" aria-labelledby="run-title">
      <RunHead {...{ id, run: data, node: chain?.node ?? null, zone }} />
      {(data !== null || (chain !== null && chain.node !== null)) && (
        <Actions
          key={`${id} ${runKey}`}
          label={`${id} ${runKey}`}
          wishes={wishesOfTask({ id, runKey, run: data, chain: chain?.id ?? null, node: chain?.node ?? null })}
        />
      )}
      <Why task={id} runKey={runKey} chain={chain?.id} />
      {data === null && !unstarted && problem === null && <Loading />}
      {data === null && problem !== null && !problem.away && chain === null && <Failure problem={problem} />}
      {data !== null && <RunFacts run={data} />}
      {data !== null && withLog && <LogLines run={run} timezone={zone} many={data.kind === 'chain'} />}
    </section>
  );
}

interface RunHeadProps {
  id: string;
  run: FullRun | null;
  node: DateNode | null;
  zone: string;
}

function RunHead({ id, run, node, zone }: RunHeadProps) {
  const { t, format } = useSpeech();
  const state = run?.state ?? node?.state ?? 'none';
  const now = useNow(1_000, isOpen(state));
  const progress = run?.progress ?? node?.progress ?? null;
  const attempt = run?.attempt ?? node?.attempt ?? 0;
  const most = run?.maximumAttempts ?? node?.maximumAttempts ?? 0;
  const next = run?.pending?.nextAttemptAt ?? null;
  const ui = run?.temporalUi ?? null;
  const heartbeat = run?.pending?.lastHeartbeatAt ?? null;
  const started = node?.started ?? null;
  const usual = node?.usualMs ?? null;
  const lasted = state === 'running' && started !== null ? format.duration(Math.max(0, now - Date.parse(started))) : null;
  const took = lasted === null || usual === null ? lasted : t.ofUsual(lasted, format.duration(usual));
  return (
    <header class="run-head">
      <h4 id="run-title">{id}</h4>
      <p class="facts">
        <StateWord state={state} kind={run?.resultKind ?? node?.kind ?? null} phase={run?.phase ?? node?.phase ?? null} />
        {took !== null && <span>{took}</span>}
        {attempt > 0 && most > 1 && (attempt > 1 || isOpen(state)) && <span>{t.attemptOf(attempt, most)}</span>}
        {state === 'running' && heartbeat !== null && <span>{t.lastHeartbeat(format.ago(heartbeat, now))}</span>}
        {state === 'running' && node !== null && <span class="quiet">{t.timeoutOf(format.duration(node.timeoutMs))}</span>}
        {next !== null && <span>{(run?.pending?.waiting ? t.looksAgain : t.nextAttempt)(format.clock(next, zone, true))}</span>}
        {ui !== null && (
          <a href={ui} target="_blank" rel="noreferrer">
            {t.inTemporal} <span aria-hidden="true">{'↗'}</span>
          </a>
        )}
      </p>
      {progress !== null && isOpen(state) && <ItemsBar items={progress} />}
      {run?.late === true && <p class="quiet">{t.late}</p>}
    </header>
  );
}

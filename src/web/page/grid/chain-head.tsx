/** What a chain is, when it runs, what is wrong with its schedule, and what can be done with it. */
import type { ComponentChildren } from 'preact';
import type { GridChain } from '../../../control/views/grid-types.js';
import { Actions } from '../actions/actions.js';
import type { Wish } from '../actions/wishes.js';
import { useSpeech } from '../i18n/context.js';
import { Command } from '../parts/command.js';
import { Link } from '../parts/link.js';
import { useNow } from '../shell/clock.js';

export function ChainHead({ chain }: { chain: GridChain }) {
  const { t, format } = useSpeech();
  const now = useNow(30_000);
  const { id, schedule, timezone } = chain;
  const next = schedule.next === null ? null : t.nextSlot(format.when(schedule.next, timezone, now));
  return (
    <header class="chain-head">
      <div class="chain-line">
        <h2 id={`chain-${id}`}>
          <Link to={{ view: 'grid', chain: id }}>{id}</Link>
        </h2>
        <p class="chain-when">
          {schedule.sentence !== null && <span lang="en">{schedule.sentence}</span>}
          {schedule.state !== 'active' && <span class="chain-state">{t.schedule[schedule.state]}</span>}
          {next !== null && <span>{next}</span>}
          {chain.deadline !== null && <span>{t.deadlineAt(chain.deadline)}</span>}
        </p>
      </div>
      {chain.brokenBecause !== null && (
        <Note command="daychain check" bad>
          {t.cannotRun}
          {t.colon}
          <span lang="en">{chain.brokenBecause}</span>
        </Note>
      )}
      <PauseNote chain={chain} now={now} />
      {schedule.missed > 0 && <Note command={schedule.missedCommand}>{t.missedSlots(schedule.missed)}</Note>}
      <Actions key={id} label={`${t.actions}, ${id}`} wishes={wishesOf(chain)} />
    </header>
  );
}

function PauseNote({ chain, now }: { chain: GridChain; now: number }) {
  const { t, format } = useSpeech();
  const { state, pause, note, command } = chain.schedule;
  if (state === 'paused' && pause !== null) {
    return (
      <Note command={command}>
        {[
          `${t.pausedBy(pause.by)}${pause.reason === null ? '' : `${t.colon}${t.quote(pause.reason)}`}`,
          t.since(format.when(pause.at, chain.timezone, now)),
          ...(pause.until === null ? [] : [t.untilWhen(format.when(pause.until, chain.timezone, now))]),
        ].join(' ')}
      </Note>
    );
  }
  if (command === null) return null;
  return (
    <Note command={command}>
      {t.schedule[state]}
      {note !== null && (
        <>
          {t.colon}
          <span lang="en">{note}</span>
        </>
      )}
    </Note>
  );
}

function Note({ children, command, bad = false }: { children: ComponentChildren; command: string | null; bad?: boolean }) {
  return (
    <p class={bad ? 'chain-note bad' : 'chain-note'}>
      <span>{children}</span>
      {command !== null && <Command text={command} />}
    </p>
  );
}

function wishesOf({ id, kind, brokenBecause, schedule }: GridChain): Wish[] {
  const paused = schedule.state === 'paused';
  return [
    ...(brokenBecause === null ? [{ verb: 'run', id, kind, runKey: null } as const, { verb: 'backfill', id } as const] : []),
    ...(schedule.state === 'active' || paused ? [{ verb: paused ? 'resume' : 'pause', id } as const] : []),
  ];
}

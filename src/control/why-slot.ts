/** What became of a slot that has no run, or why there is none. Pure. */
import { durationText } from '../plan/duration.js';
import { backfillCommand, LATE_MS } from '../plan/slot-decision.js';
import { dashed } from '../time/dates.js';
import { readPauseNote } from './pause-note.js';
import { OUR_NOTE } from './schedule-record.js';
import type { SlotFacts, Subject } from './why-facts.js';
import { noWorker, workersText } from './why-open-task.js';
import { ago, because, COMMANDS, type Judged, judged, when } from './why-words.js';

export function judgeSlot(facts: SlotFacts, of: Subject): Judged {
  const { slot, shell, state, schedule } = facts;
  const own = schedule === of.id;
  const its = own ? 'its schedule' : `its chain ${schedule}`;
  const run = { text: 'Run it', command: runCommand(facts, of) };
  if (shell !== null) return judgeShell(facts, shell, of, its);
  if (state === 'by_hand') {
    const who = own ? 'it has no schedule' : `${its} has no schedule`;
    return judged('not_scheduled', `has not been started: ${who}, and nobody has run it`, [], [run]);
  }
  if (slot === null) return noSlot(facts, of, its, run);
  if (state === 'missing') {
    return judged(
      'not_synced',
      `is not started by itself: ${its} is in the files, but not on the server yet`,
      [['due', facts.sentence]],
      [COMMANDS.sync(schedule), run],
    );
  }
  if (state === 'foreign') {
    const owner = facts.owner === null ? 'was not made by daychain' : `belongs to project ${facts.owner}`;
    return judged(
      'not_synced',
      `is not started by itself: the schedule ${schedule} on the server ${owner}`,
      [],
      [{ text: 'What a sync says', command: 'daychain sync --dry-run' }, run],
    );
  }
  const pause = state === 'paused' ? pausedAt(facts, slot.scheduledFor, of, its) : null;
  if (pause !== null) return pause;
  const at = Date.parse(slot.scheduledFor);
  if (at > of.now) return notDue(facts, slot.scheduledFor, of);
  if (at < Date.parse(facts.horizon)) {
    return judged(
      'forgotten',
      `was due ${when(slot.scheduledFor, of)}, longer ago than the server keeps what ran`,
      [['kept since', when(facts.horizon, of)]],
      [run],
    );
  }
  if (!facts.expected) return tooEarly(facts, slot.scheduledFor, of, its);
  if (of.now - at < LATE_MS)
    return judged(
      'starting',
      `fell due ${ago(slot.scheduledFor, of)}, and is about to be started`,
      [['workers', workersText(of)]],
      [],
    );
  return judged(
    'no_shell',
    `fell due ${when(slot.scheduledFor, of)}, and nothing was started: a pause, or no server`,
    [['schedule', facts.sentence]],
    [{ text: 'Run it', command: backfillCommand(schedule, slot.date) }],
  );
}

function judgeShell(facts: SlotFacts, shell: NonNullable<SlotFacts['shell']>, of: Subject, its: string): Judged {
  const slot = when(shell.slot, of);
  const run = { text: 'Run it after all', command: backfillCommand(facts.schedule, of.date) };
  if (shell.skipped !== null) {
    const { kind, reason } = shell.skipped;
    return judged(kind, `was left out as ${kind}${because(reason)}`, [['slot', slot]], [run]);
  }
  if (shell.end !== null) {
    const how = shell.end === 'failed' || shell.end === 'completed' ? shell.end : `was ${shell.end.replace('_', ' ')}`;
    return judged(
      'shell_failed',
      `has no run: the shell of its slot, ${slot}, ${how}`,
      [['shell', shell.workflowId]],
      [run, COMMANDS.show(shell.workflowId)],
    );
  }
  if (shell.waits) {
    const earlier = facts.waitsFor === null ? 'an earlier slot' : `the slot before it, ${when(facts.waitsFor, of)}`;
    return judged(
      'waiting_for_slot',
      `waits for ${earlier}: one at a time (overlap)`,
      [['slot', slot]],
      [{ text: 'What became of the slots', command: `daychain history ${facts.schedule}` }],
    );
  }
  if (of.workers.length === 0) return noWorker(of, `fell due ${slot}`);
  return judged('starting', `fell due ${slot}: ${its} is about to begin`, [['workers', workersText(of)]], []);
}

function noSlot(facts: SlotFacts, of: Subject, its: string, run: Judged['commands'][number]): Judged {
  const sentence = facts.sentence ?? 'its schedule';
  return judged(
    'no_slot',
    `has no slot on ${dashed(of.date)}: ${its === 'its schedule' ? 'it' : its} runs ${sentence}`,
    [],
    [COMMANDS.next(facts.schedule), run],
  );
}

/** Null where the pause does not explain it: the slot lies before it, or after its end. */
function pausedAt({ note, schedule }: SlotFacts, slot: string, of: Subject, its: string): Judged | null {
  if (note?.startsWith(OUR_NOTE)) {
    return judged(
      'paused',
      `is not started: ${its} has left the files, and daychain paused it`,
      [['note', note]],
      [COMMANDS.sync(schedule)],
    );
  }
  const pause = readPauseNote(note);
  if (pause !== null && slot < pause.at) return null;
  if (pause?.until && slot >= pause.until) return null;
  const due = Date.parse(slot) <= of.now;
  const who = pause === null ? 'is paused' : `is paused by ${pause.by} since ${when(pause.at, of)}`;
  const until = pause?.until ? `, until ${when(pause.until, of)}` : '';
  return judged(
    'paused',
    `${due ? 'was' : 'will'} not${due ? '' : ' be'} started: ${its} ${who}${until}${because(pause === null ? note : pause.reason)}`,
    [['slot', when(slot, of)]],
    [COMMANDS.resume(schedule, due)],
  );
}

function notDue({ sentence, others, slot }: SlotFacts, at: string, of: Subject): Judged {
  const left = durationText(Date.parse(at) - of.now);
  return judged(
    'not_due',
    `is not due yet: its slot is ${when(at, of)}, in ${left}`,
    [
      ['schedule', sentence],
      ['that date', others > 0 ? `${others + 1} slots; this is ${slot?.runKey}` : null],
    ],
    [COMMANDS.next(of.chain ?? of.id)],
  );
}

function tooEarly(facts: SlotFacts, at: string, of: Subject, its: string): Judged {
  const since = facts.since === null ? '' : ` (since ${when(facts.since, of)})`;
  return judged(
    'no_slot',
    `was due ${when(at, of)}, before ${its} was there${since}: nothing was to start it`,
    [],
    [{ text: 'Run it', command: backfillCommand(facts.schedule, of.date) }],
  );
}

/** Of a chain's task the chain is run; a date's own slot is named where a date holds several. */
function runCommand({ schedule, slot }: SlotFacts, of: Subject): string {
  const { command } = COMMANDS.run({ ...of, id: schedule, runKey: slot?.runKey ?? of.runKey }, slot?.scheduledFor);
  return command;
}

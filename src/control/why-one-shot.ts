/** What holds a one-shot that has started nothing. Pure. */
import { durationText } from '../plan/duration.js';
import type { OneShotView } from './one-shot-view.js';
import type { Subject } from './why-facts.js';
import { noWorker, workersText } from './why-open-task.js';
import { because, firstLine, type Judged, judged, when } from './why-words.js';

export function judgeOneShot(shot: OneShotView, of: Subject): Judged {
  const about: [string, string | null][] = [
    ['asked by', shot.by],
    ['reason', firstLine(shot.reason)],
  ];
  const cancel = { text: 'Call it off', command: `daychain at cancel ${shot.id} --reason "…"` };
  switch (shot.state) {
    case 'waiting': {
      const left = durationText(Math.max(0, Date.parse(shot.at) - of.now));
      return judged('not_due', `is not due yet: the one-shot ${shot.id} starts it ${when(shot.at, of)}, in ${left}`, about, [
        cancel,
      ]);
    }
    case 'held': {
      const held = shot.held!;
      const release = { text: 'Let it go on', command: `daychain at release ${shot.id}` };
      const until = when(new Date(held.until).toISOString(), of);
      return judged('held', `is held by ${held.by} until ${until}${because(held.reason)}`, about, [release, cancel]);
    }
    case 'due':
      if (of.workers.length === 0) return noWorker(of, `fell due ${when(shot.at, of)}`);
      return judged('starting', `fell due ${when(shot.at, of)}, and is about to be started`, [['workers', workersText(of)]], []);
    case 'running':
      return judged('starting', 'is about to be started by its one-shot', [['workers', workersText(of)]], []);
    case 'ended': {
      const again = { text: 'Ask again', command: `daychain at ${shot.at} ${shot.target} --id ${shot.id}` };
      const cause = shot.end === 'cancelled' ? 'cancelled' : 'failed';
      const at = when(shot.closed ?? shot.at, of);
      return judged(
        cause,
        `was not started: the one-shot ${shot.id} ${shot.end === 'cancelled' ? 'was cancelled' : 'ended without it'}, ${at}`,
        about,
        [again],
      );
    }
  }
}

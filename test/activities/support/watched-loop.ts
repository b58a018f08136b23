/** A process whose loop is watched while a body of it waits. Says what is told of that loop, and ends a while after it is asked to. */
import { watchLoop } from '../../../src/activities/loop-watch.js';
import type { Log } from '../../../src/activities/attempt-log.js';

const longestMs = Number(process.argv[2]);
const nothing = () => {};
const log: Log = {
  debug: nothing,
  info: nothing,
  warn: (_, text) => console.log(text),
  error: nothing,
  child: () => log,
};
const watch = watchLoop({ log, longestMs, descriptor: 1 });
const turns = (count: number, then: () => void) => setTimeout(count === 0 ? then : () => turns(count - 1, then), longestMs / 10);
// Some turns of the loop, so that both watchers have begun to look, and afterwards have seen what there is to see.
turns(5, () => console.log('ready'));
process.stdin.once('data', () => turns(5, () => process.exit(0)));
await watch.during('task_calm:20260203', () => new Promise(nothing));

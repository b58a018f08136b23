/**
 * The program of the thread that watches another one's event loop. Text, so that it needs no file of its own and no loader.
 * Node's inspector can stop a thread within JavaScript; in native code it is only stopped once it is back, so that is not
 * waited for. Whatever happens, the session is closed soon, and with it the stop.
 * What counts is time in which this thread itself had its turns: where the whole process stood still, nobody held the loop.
 */
export const WATCHING_THREAD = `
const { workerData } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const { turns, watched, inspected, bytes, length, answer, longestMs, every, descriptor } = workerData;
// A busy machine takes its time to attach the inspector, and then it is the body's name and place that are worth the wait.
const PATIENCE_MS = 10_000;
let seen = Atomics.load(turns, 0);
let blockedMs = 0;
let ticked = performance.now();
let told = false;
let giveUp = null;
let lookedMs = 0;

setInterval(() => {
  const sinceTick = performance.now() - ticked;
  ticked += sinceTick;
  const passed = Math.floor(Math.min(sinceTick, 2 * every));
  Atomics.add(watched, 0, passed);
  lookedMs += passed;
  if (lookedMs >= PATIENCE_MS) giveUp?.();
  const now = Atomics.load(turns, 0);
  if (now !== seen) { seen = now; blockedMs = 0; told = false; return; }
  blockedMs += passed;
  if (told || blockedMs < longestMs) return;
  told = true;
  const soFar = blockedMs;
  look((found) => tell(soFar, found));
}, every);

function tell(soFar, found) {
  const running = new TextDecoder().decode(bytes.slice(0, Atomics.load(length, 0)));
  const all = running === '' ? [] : running.split(', ');
  const tasks = found === null ? all : found.name === null ? [] : [found.name];
  const at = found === null ? {} : { at: found.at };
  const msg = 'the event loop is blocked: nothing of this worker goes on, heartbeats included';
  const line = { level: 40, time: Date.now(), pid: process.pid, event: 'LOOP_BLOCKED', tasks, ...at, blocked_ms: soFar, msg };
  try { writeSync(descriptor, JSON.stringify(line) + '\\n'); } catch {}
}

function look(then) {
  if (Atomics.load(inspected, 0) === 1) return then(null);
  let session;
  const end = (found) => {
    // What is closed may still answer.
    if (giveUp === null) return;
    giveUp = null;
    try { session.disconnect(); } catch {}
    then(found);
  };
  giveUp = () => end(null);
  lookedMs = 0;
  try {
    const { Session } = require('node:inspector');
    session = new Session();
    session.connectToMainThread();
    const urls = new Map();
    session.on('Debugger.scriptParsed', ({ params: { scriptId, url } }) => urls.set(scriptId, url));
    session.on('Debugger.paused', ({ params: { callFrames } }) => {
      // The nearest function that is not Node's own: in those even names like Symbol may be others.
      const urlOf = (frame) => urls.get(frame.location.scriptId) ?? '';
      const frame = callFrames.find((one) => !urlOf(one).startsWith('node:')) ?? callFrames[0];
      const at = placeOf(frame.functionName, urlOf(frame));
      const expression = 'globalThis[Symbol.for(' + JSON.stringify(answer) + ')]?.(' + JSON.stringify(at) + ')';
      const question = { callFrameId: frame.callFrameId, expression, returnByValue: true };
      session.post('Debugger.evaluateOnCallFrame', question, (error, answered) => {
        const name = answered?.result?.value;
        end(error || name === undefined ? null : { name, at });
      });
    });
    session.post('Debugger.enable');
    session.post('Debugger.pause');
  } catch {
    end(null);
  }
}

function placeOf(name, url) {
  // The mark of a file that was loaded again is no part of its name.
  const file = decodeURI(url.replace(/([?]|%3F).*/, '').replace('file://', ''));
  return (name || 'a function') + ' (' + (file || 'unknown file') + ')';
}
`;

/**
 * Tells when something has changed: by the server's stream of events, and by looking again every few seconds where there
 * is none. A hidden page rests.
 */

type Listener = () => void;

const POLL_MS = 5_000;
/** Also with a stream: times that pass change what is due. */
const LOOK_ANYWAY_MS = 60_000;
const RETRY_MS = 5_000;
/** Many events at once are one look. */
const GATHER_MS = 250;
const EVENTS = ['changed', 'server', 'reset'];

const listeners = new Set<Listener>();
let gathering: ReturnType<typeof setTimeout> | undefined;
let lastTold = 0;
let streaming = false;
let uneasy = false;

export function onChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Has all views look again, at once. */
export function lookAgain(): void {
  lastTold = Date.now();
  for (const tell of [...listeners]) tell();
}

/** While the server is away it is asked more often: nobody tells that it is back. */
export function hurry(away: boolean): void {
  uneasy = away;
}

/** Begins to listen; called once. */
export function startLive(path: string): void {
  listen(path);
  setInterval(() => {
    const wait = streaming && !uneasy ? LOOK_ANYWAY_MS : POLL_MS;
    if (!document.hidden && Date.now() - lastTold >= wait) lookAgain();
  }, 1_000);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) lookAgain();
  });
}

function listen(path: string): void {
  const stream = new EventSource(path);
  stream.onopen = () => void (streaming = true);
  for (const name of EVENTS) stream.addEventListener(name, gather);
  stream.onerror = () => {
    streaming = false;
    // It comes back by itself after a break; a refusal, as without a token, ends it for good.
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => listen(path), RETRY_MS);
  };
}

function gather(): void {
  gathering ??= setTimeout(() => {
    gathering = undefined;
    if (!document.hidden) lookAgain();
  }, GATHER_MS);
}

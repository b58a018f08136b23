/**
 * Tells when something has changed: by the server's stream of events, and by looking again every few seconds where there
 * is none. A hidden page rests.
 */
import { tokenHeaders } from './token.js';

/** What is known of the stream: `polling` works too, only later. */
export type LiveState = 'live' | 'polling';

type Listener = () => void;

const POLL_MS = 5_000;
/** Also with a stream: times that pass change what is due. */
const LOOK_ANYWAY_MS = 60_000;
const RETRY_MS = 5_000;
/** Many events at once are one look. */
const GATHER_MS = 250;

const listeners = new Set<Listener>();
let gathering: ReturnType<typeof setTimeout> | undefined;
let lastTold = 0;
let state: LiveState = 'polling';

export function onChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Has all views look again, at once. */
export function lookAgain(): void {
  lastTold = Date.now();
  for (const tell of [...listeners]) tell();
}

/** Begins to listen; called once. */
export function startLive(path: string): void {
  void listen(path);
  setInterval(() => {
    const wait = state === 'live' ? LOOK_ANYWAY_MS : POLL_MS;
    if (!document.hidden && Date.now() - lastTold >= wait) lookAgain();
  }, 1_000);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) lookAgain();
  });
}

function gather(): void {
  gathering ??= setTimeout(() => {
    gathering = undefined;
    if (!document.hidden) lookAgain();
  }, GATHER_MS);
}

/** Read by fetch, because an EventSource sends no token. */
async function listen(path: string): Promise<never> {
  for (;;) {
    try {
      const response = await fetch(path, { headers: { accept: 'text/event-stream', ...tokenHeaders() } });
      if (response.ok && response.body !== null) await follow(response.body);
    } catch {
      // It is tried again below; until then the page looks by itself.
    }
    state = 'polling';
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

async function follow(body: ReadableStream<Uint8Array>): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    state = 'live';
    const blocks = (rest + decoder.decode(value, { stream: true })).replaceAll('\r\n', '\n').split('\n\n');
    rest = blocks.pop() ?? '';
    if (blocks.some((block) => /^data:/m.test(block))) gather();
  }
}

/** Waiting for what may hang, no longer than one is asked to. */

/** What it answers, or the abort's reason at once: one that hangs does not hold the attempt. */
export async function unlessAborted<R>(answer: Promise<R>, signal: AbortSignal): Promise<R> {
  // Where the abort is the answer, nobody hears the other one: a rejection then would end the process.
  answer.catch(() => {});
  signal.throwIfAborted();
  let forget = () => {};
  const aborted = new Promise<never>((_, reject) => {
    const tell = () => reject(signal.reason as Error);
    signal.addEventListener('abort', tell, { once: true });
    forget = () => signal.removeEventListener('abort', tell);
  });
  try {
    return await Promise.race([answer, aborted]);
  } finally {
    forget();
  }
}

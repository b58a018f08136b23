/** The worker's log: one JSON line per event, on stdout. */
import { pino, type Logger } from 'pino';

/** @param base fields that stand in every line. Written at once: the last lines before a kill are the ones that matter. */
export function createLog(level: string, base: object): Logger {
  return pino({ level, base }, pino.destination({ dest: 1, sync: true }));
}

/**
 * The project a worker serves: what its tasks mean where they name none. Kept on the process, not in this module:
 * files of a project may load a copy of it of their own.
 */
const KEY = Symbol.for('daychain.served-project');

/** @param dir the project's folder */
export function serve(dir: string): void {
  (globalThis as { [KEY]?: string })[KEY] = dir;
}

/** Undefined outside of a worker. */
export function served(): string | undefined {
  return (globalThis as { [KEY]?: string })[KEY];
}

/** What an author says about a task's own process. */

/** An amount of memory: `'256 MB'`, `'2 GB'`. */
export type MemorySize = `${number} ${'MB' | 'GB'}`;

export interface Isolation {
  /**
   * Most the body may keep on its heap, from `'32 MB'` to `'64 GB'`; beyond it the process ends and the attempt has failed. Buffers
   * do not count. Default: Node's own limit for the machine.
   */
  memory?: MemorySize;
}

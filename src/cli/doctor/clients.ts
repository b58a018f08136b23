/** Whether the project's clients work from here, one line each. */
import { createClientPool } from '../../activities/clients.js';
import type { ClientTools } from '../../define/types.js';
import type { Registry } from '../../registry/index.js';
import type { Check } from './check.js';

/** A client that takes longer is told as one that does not answer. Milliseconds. */
const PATIENCE_MS = 10_000;

/** Opens each client that has a check, asks it, and closes it again. */
export async function checkClients(
  { registry, redis }: { registry: Registry; redis: ClientTools['redis'] },
  patienceMs = PATIENCE_MS,
): Promise<Check[]> {
  const openers = Object.entries(registry.project.clients);
  if (openers.length === 0) return [];
  const pool = createClientPool(registry.project.clients, {
    settings: registry.settingValues(),
    dir: registry.project.dir,
    redis,
  });
  const open = pool.clients as unknown as Record<string, () => Promise<unknown>>;
  const checks = await Promise.all(
    openers.map(async ([name, opener]): Promise<Check> => {
      const check = (state: Check['state'], text: string, mend: string | null = null) => ({
        name: `client ${name}`,
        state,
        text,
        mend,
      });
      if (typeof opener === 'function' || !opener.check) return check('skipped', 'has no check');
      try {
        const words = await within(patienceMs, async () => opener.check!(await open[name]!()));
        return check('ok', words ?? 'answers');
      } catch (error) {
        const text = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
        return check('fails', text, 'see its settings above');
      }
    }),
  );
  // One that hangs when it is opened would hang here too.
  await within(patienceMs, () => pool.close()).catch(() => {});
  return checks;
}

async function within<T>(ms: number, work: () => T | Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`does not answer within ${ms / 1_000} s`)), ms);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

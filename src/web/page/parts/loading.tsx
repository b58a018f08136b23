/** Nothing to show yet, or nothing to show at all. */
import type { Problem } from '../client/problem.js';
import { useSpeech } from '../i18n/context.js';

/** @param quiet the page says already that the server is away */
export function Loading({ quiet = false }: { quiet?: boolean }) {
  const { t } = useSpeech();
  return (
    <p class="loading quiet" aria-busy="true">
      {quiet ? '' : t.loading}
    </p>
  );
}

export function Failure({ problem }: { problem: Problem }) {
  return (
    <p class="failure" role="alert" lang="en">
      {problem.message}
    </p>
  );
}

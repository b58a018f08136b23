/** Backfills with their progress, open ones first, page by page. */
import { useState } from 'preact/hooks';
import type { BackfillLine, BackfillsView } from '../../../control/views/backfills-types.js';
import { backfillPath, backfillsPath } from '../client/paths.js';
import { useView } from '../client/use-view.js';
import { useSpeech } from '../i18n/context.js';
import { Command } from '../parts/command.js';
import { Link } from '../parts/link.js';
import { Failure, Loading } from '../parts/loading.js';
import { BackfillItem } from './backfill-item.js';

export function BackfillsScreen({ id }: { id: string | null }) {
  const { t } = useSpeech();
  const [pages, setPages] = useState<(string | null)[]>([null]);
  return (
    <section class="backfills" aria-labelledby="backfills-title">
      <header class="screen-head">
        <h1 id="backfills-title">{id === null ? t.backfills : <Link to={{ view: 'backfills' }}>{t.backfills}</Link>}</h1>
      </header>
      {id !== null ? (
        <One id={id} />
      ) : (
        pages.map((page, at) => (
          <Page key={page ?? ''} page={page} more={at === pages.length - 1 ? (next) => setPages([...pages, next]) : null} />
        ))
      )}
    </section>
  );
}

function One({ id }: { id: string }) {
  const { data, problem } = useView<BackfillLine>(backfillPath(id));
  if (data === null)
    return problem === null || problem.away ? <Loading quiet={problem !== null} /> : <Failure problem={problem} />;
  return (
    <ul class="backfill-list">
      <BackfillItem backfill={data} whole />
    </ul>
  );
}

function Page({ page, more }: { page: string | null; more: ((next: string) => void) | null }) {
  const { t } = useSpeech();
  const { data, problem } = useView<BackfillsView>(backfillsPath(page));
  if (data === null)
    return problem === null || problem.away ? <Loading quiet={problem !== null} /> : <Failure problem={problem} />;
  if (page === null && data.backfills.length === 0) {
    return (
      <div class="empty">
        <p>{t.noBackfills}</p>
        <p class="quiet">{t.noBackfillsHint}</p>
        <Command text="daychain backfill CHAIN 2026-01-01 2026-03-31 --dry-run" />
      </div>
    );
  }
  const { next } = data;
  return (
    <>
      <ul class="backfill-list">
        {data.backfills.map((backfill) => (
          <BackfillItem key={`${backfill.workflowId} ${backfill.runId}`} backfill={backfill} whole={false} />
        ))}
      </ul>
      {next !== null && more !== null && (
        <button type="button" class="verb" onClick={() => more(next)}>
          {t.showMore}
        </button>
      )}
    </>
  );
}

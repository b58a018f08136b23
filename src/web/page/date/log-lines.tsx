/** The log of a run: what its tasks wrote, a page after another; it follows while the reader is at its end. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { logPath } from '../client/paths.js';
import { useView } from '../client/use-view.js';
import { useSpeech } from '../i18n/context.js';
import { Failure, Loading } from '../parts/loading.js';

/** One line as the API keeps it. */
interface LogLine {
  /** ISO instant. */
  at: string;
  level: string;
  task: string;
  attempt: number;
  message: string;
  fields: Record<string, unknown>;
}

interface LogPage {
  lines: LogLine[];
  /** Where the next page begins. */
  after: string;
  more: boolean;
}

export interface LogProps {
  run: string;
  timezone: string;
  /** Lines of several tasks: then each names its own. */
  many: boolean;
}

export function LogLines({ run, timezone, many }: LogProps) {
  const { t } = useSpeech();
  const [pages, setPages] = useState<(string | null)[]>([null]);
  const following = useRef(true);
  const frame = useRef<HTMLDivElement>(null);
  const atEnd = (): void => {
    if (following.current && frame.current !== null) frame.current.scrollTop = frame.current.scrollHeight;
  };
  const scrolled = (event: Event): void => {
    const { scrollTop, scrollHeight, clientHeight } = event.currentTarget as HTMLDivElement;
    following.current = scrollHeight - scrollTop - clientHeight < 24;
  };
  return (
    <div class="log" ref={frame} tabIndex={0} role="log" aria-live="off" aria-label={t.logOf(run)} onScroll={scrolled}>
      {pages.map((after, at) => (
        <Lines
          key={after ?? ''}
          {...{ run, timezone, many, after, atEnd }}
          showMore={at === pages.length - 1 ? (next) => setPages([...pages, next]) : null}
        />
      ))}
    </div>
  );
}

interface LinesProps extends LogProps {
  after: string | null;
  atEnd: () => void;
  showMore: ((next: string) => void) | null;
}

function Lines({ run, timezone, many, after, atEnd, showMore }: LinesProps) {
  const { t, format } = useSpeech();
  const { data, problem } = useView<LogPage>(logPath(run, after));
  useLayoutEffect(atEnd, [data]);
  if (data === null)
    return problem === null || problem.away ? <Loading quiet={problem !== null} /> : <Failure problem={problem} />;
  if (data.lines.length === 0) return after === null ? <Empty /> : null;
  return (
    <>
      <ol lang="en" class={many ? 'has-tasks' : undefined}>
        {data.lines.map((line, index) => (
          <li key={index} class={`log-line is-${line.level}`}>
            <time dateTime={line.at}>{format.clock(line.at, timezone, true)}</time>
            {many && <span class="log-task">{line.task}</span>}
            <span class="log-level">{line.level}</span>
            <span class="log-text">
              {line.message}
              {Object.keys(line.fields).length > 0 && <span class="quiet"> {fieldsText(line.fields)}</span>}
            </span>
          </li>
        ))}
      </ol>
      {data.more && showMore !== null && (
        <button type="button" class="verb" onClick={() => showMore(data.after)}>
          {t.showMore}
        </button>
      )}
    </>
  );
}

function Empty() {
  const { t } = useSpeech();
  return (
    <div class="log-empty">
      <p>{t.noLog}</p>
      <p class="quiet">{t.noLogHint}</p>
    </div>
  );
}

function fieldsText(fields: Record<string, unknown>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}

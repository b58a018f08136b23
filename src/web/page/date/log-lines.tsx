/** The log of a run: what its tasks wrote; it follows while the run is open and the reader is at its end. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { logPath } from '../client/paths.js';
import { useView } from '../client/use-view.js';
import { useSpeech } from '../i18n/context.js';
import { Failure, Loading } from '../parts/loading.js';

/** One line as the API keeps it. */
export interface LogLine {
  /** ISO instant. */
  at: string;
  level: string;
  task: string;
  attempt: number;
  message: string;
  fields: Record<string, unknown>;
}

export interface LogView {
  lines: LogLine[];
}

export function LogLines({ run, timezone }: { run: string; timezone: string }) {
  const { t, format } = useSpeech();
  const { data, problem } = useView<LogView>(logPath(run));
  const [following, setFollowing] = useState(true);
  const frame = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (following && frame.current !== null) frame.current.scrollTop = frame.current.scrollHeight;
  }, [data, following]);
  if (data === null)
    return problem === null || problem.away ? <Loading quiet={problem !== null} /> : <Failure problem={problem} />;
  if (data.lines.length === 0) {
    return (
      <div class="log-empty">
        <p>{t.noLog}</p>
        <p class="quiet">{t.noLogHint}</p>
      </div>
    );
  }
  const many = new Set(data.lines.map(({ task }) => task)).size > 1;
  const scrolled = (event: Event): void => {
    const { scrollTop, scrollHeight, clientHeight } = event.currentTarget as HTMLDivElement;
    setFollowing(scrollHeight - scrollTop - clientHeight < 24);
  };
  return (
    <div class="log" ref={frame} tabIndex={0} role="log" aria-live="off" aria-label={t.logOf(run)} onScroll={scrolled}>
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
    </div>
  );
}

function fieldsText(fields: Record<string, unknown>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}

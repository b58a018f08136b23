/** `daychain web`: the HTTP API and the page of this project, until it is told to stop. */
import type { Command } from 'commander';
import { BadInput } from '../../control/errors.js';
import { PortTaken, startWeb, type RunningWeb } from '../../web/server.js';
import { runChecks } from '../doctor/checks.js';
import { EXIT } from '../exit-codes.js';
import { LOG_DIR_OPTION, openLog } from '../log-dir.js';
import type { Act, Invocation } from '../program.js';
import { openProject, type Project } from '../session.js';
import { isUpMessage } from '../up/worker-messages.js';
import type { WebReadyMessage } from '../up/web-process.js';
import { version } from '../version.js';

interface Options {
  host?: string;
  port?: string;
  orNext?: boolean;
  logDir?: string;
}

export function configure(command: Command, act: Act): void {
  command
    .option('--host <address>', 'what to listen on (default: DAYCHAIN_WEB_HOST, else 127.0.0.1)')
    .option('--port <port>', 'the port (default: DAYCHAIN_WEB_PORT, else 7070)')
    .option('--or-next', 'the next free port if that one is taken')
    .option(...LOG_DIR_OPTION)
    .addHelpText(
      'after',
      `
Beyond this machine it starts only with tokens: DAYCHAIN_WEB_TOKENS="marie:operate:SECRET board:read:SECRET".
It reads the files when it starts; "daychain up" starts it again when they change.

Examples:
  daychain web
  daychain web --port 8080
  DAYCHAIN_WEB_TOKENS="ops:operate:$(openssl rand -hex 16)" daychain web --host 0.0.0.0`,
    )
    .action(act(web));
}

async function web({ out, project: named }: Invocation, _: [], options: Options): Promise<number> {
  const project = await openProject(named);
  const running = await start(project, options);
  const message: WebReadyMessage = { type: 'web', url: running.url, port: running.port };
  process.send?.(message);
  out.say(`The page of ${project.registry.project.name}: ${running.url}     The API: ${running.url}/docs`);
  out.answer({ url: running.url });
  await toldToStop();
  await running.close();
  if (process.connected) process.disconnect();
  return EXIT.done;
}

async function start(project: Project, options: Options): Promise<RunningWeb> {
  const { config } = project;
  const host = options.host ?? config.web.host;
  const port = options.port === undefined ? config.web.port : readPort(options.port);
  const log = openLog(project, options.logDir);
  try {
    return await startWeb({
      project,
      version,
      host,
      port,
      orNext: options.orNext ?? false,
      tokens: config.web.tokens,
      checks: () => runChecks(project),
      // What stands in the record of the run or schedule too; here also what has none, like a lock taken away.
      acted: ({ by, action, status, body }) => log.info({ by, action, status, reason: reasonIn(body) }, 'action'),
      log: (text, error) => log.error({ err: error }, text),
    });
  } catch (error) {
    if (!(error instanceof PortTaken)) throw error;
    throw new BadInput(
      `${error.message} Who has it: lsof -i :${port}\nTake another: daychain web --port ${port + 1}, or --or-next`,
    );
  }
}

function reasonIn(body: string): string | null {
  const { reason } = JSON.parse(body) as { reason?: string };
  return reason ?? null;
}

function readPort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new BadInput(`--port ${text} is no port, 0 to 65535 (0: any that is free).`);
}

/** A signal, the parent's word, or the parent's death. */
async function toldToStop(): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => resolve());
    process.on('message', (message) => isUpMessage(message) && message.type === 'stop' && resolve());
    process.once('disconnect', () => resolve());
  });
}

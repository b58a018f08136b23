/** The servers behind the API: opened when first asked for, and anew after they broke. */
import { Client, type Connection } from '@temporalio/client';
import { TemporalUnreachable } from '../connections/temporal.js';
import { connectionProblem } from '../control/connection-problem.js';
import type { Server } from '../control/server.js';
import { LockStoreUnreachable } from '../lock/errors.js';
import { openLocks, openServer, type LockSession, type Project, type ServerSession } from '../session/open.js';
import type { Caller, WebLimits } from './api/parts.js';
import { boundService } from './bound-service.js';

/** A page waits for it: fewer than a command makes. */
const ATTEMPTS = 3;
/** Who asks within so long after a refusal gets the same one, so that a crowd does not try all at once. */
const REFUSED_FOR_MS = 1_000;

export class Servers {
  private readonly temporals: Kept<ServerSession>;
  private readonly redises: Kept<LockSession>;

  constructor(
    project: Project,
    private readonly limits: Pick<WebLimits, 'connectMs' | 'callMs'>,
    now: () => number,
  ) {
    const patience = { withinMs: limits.connectMs, attempts: ATTEMPTS };
    this.temporals = new Kept(() => openServer(project, patience), limits.callMs, now);
    this.redises = new Kept(() => openLocks(project), limits.callMs, now);
  }

  async temporal(): Promise<ServerSession> {
    return await this.temporals.get();
  }

  async redis(): Promise<LockSession> {
    return await this.redises.get();
  }

  /** The server asked in a caller's name, each call within its time; under a key, each write with an ID made of it. */
  async serverFor(caller: Caller, key?: string): Promise<Server> {
    const { server } = await this.temporals.get();
    const connection = server.client.connection as Connection; // openServer connects by no other class
    const bound = boundService(
      { workflowService: server.client.workflowService, connection },
      {
        withinMs: this.limits.callMs,
        ...(key === undefined ? {} : { key: `${caller.name}\n${key}` }),
      },
    );
    const proxied = Object.create(connection, { workflowService: { value: bound } }) as typeof connection;
    const client = new Client({ connection: proxied, namespace: server.namespace, identity: caller.by });
    return { ...server, client, by: caller.by };
  }

  /** Told of every error of a request: a connection that broke is opened anew for the next one. */
  met(error: unknown): void {
    if (error instanceof LockStoreUnreachable) this.redises.drop();
    else if (error instanceof TemporalUnreachable || connectionProblem(error) !== null) this.temporals.drop();
  }

  async close(): Promise<void> {
    await Promise.all([this.temporals.close(), this.redises.close()]);
  }
}

class Kept<T extends { close(): unknown }> {
  private opening: Promise<T> | null = null;
  private refused: { error: unknown; until: number } | null = null;

  constructor(
    private readonly open: () => Promise<T>,
    /** How long who has a dropped one may go on with it. */
    private readonly callMs: number,
    private readonly now: () => number,
  ) {}

  async get(): Promise<T> {
    if (this.opening !== null) return await this.opening;
    if (this.refused !== null && this.now() < this.refused.until) throw this.refused.error;
    const opening = this.open();
    this.opening = opening;
    try {
      return await opening;
    } catch (error) {
      if (this.opening === opening) this.opening = null;
      this.refused = { error, until: this.now() + REFUSED_FOR_MS };
      throw error;
    }
  }

  /** The next who asks opens anew; who has the old one may finish with it. */
  drop(): void {
    const old = this.opening;
    this.opening = null;
    void old?.then((session) => setTimeout(() => void session.close(), this.callMs).unref()).catch(() => {});
  }

  async close(): Promise<void> {
    const old = this.opening;
    this.opening = null;
    await old?.then((session) => session.close()).catch(() => {});
  }
}

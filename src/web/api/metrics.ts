/** Numbers for Prometheus: of the project as the server knows it, and of the API itself. No ids, no secrets. */
import { Gauge, Histogram, Registry } from 'prom-client';
import { countRuns } from '../../control/run-counts.js';
import { readStatus } from '../../control/status.js';
import type { WebParts } from './parts.js';

/** Scrapes within this time of each other are told the same. Milliseconds. */
const KEPT_MS = 10_000;

export class Metrics {
  private readonly registry = new Registry();
  private readonly durations = new Histogram({
    name: 'daychain_http_request_duration_seconds',
    help: 'How long requests took, by route as declared',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [this.registry],
  });
  private readonly reachable = this.gauge('reachable', 'Whether the server answers: 1 or 0', ['server']);
  private readonly runs = this.gauge('runs', 'Runs the server keeps, by kind and state', ['kind', 'state']);
  private readonly schedules = this.gauge('schedules', 'Schedules of the files, by how they stand on the server', ['state']);
  private readonly missed = this.gauge('missed_slots', 'Slots of the last month that fell due and have no run', []);
  private readonly workers = this.gauge('workers', 'Workers that poll for the project', []);
  private readonly problems = this.gauge('file_problems', 'Problems in the files', []);
  private readAt = -Infinity;
  private reading: Promise<void> | null = null;

  constructor(private readonly parts: WebParts) {
    this.gauge('info', 'The version', ['version']).set({ version: parts.version }, 1);
    this.problems.set(parts.project.registry.problems.length);
  }

  /** @param route as declared, never as requested */
  observe(method: string, route: string, status: number, seconds: number): void {
    this.durations.observe({ method, route, status: String(status) }, seconds);
  }

  /** In Prometheus' text form. A server that is away is told by `daychain_reachable`; its numbers are left out then. */
  async text(): Promise<string> {
    if (this.parts.now() - this.readAt >= KEPT_MS) await (this.reading ??= this.read().finally(() => (this.reading = null)));
    return await this.registry.metrics();
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  private async read(): Promise<void> {
    await Promise.all([this.readTemporal(), this.readRedis()]);
    this.readAt = this.parts.now();
  }

  private async readTemporal(): Promise<void> {
    for (const gauge of [this.runs, this.schedules, this.missed, this.workers]) gauge.reset();
    try {
      const server = await this.parts.serverFor({ name: 'metrics', role: 'read', by: this.parts.person });
      const [counts, status] = await Promise.all([
        countRuns(server),
        readStatus(server, this.parts.project.registry, this.parts.now()),
      ]);
      for (const { kind, state, count } of counts) this.runs.set({ kind, state }, count);
      for (const { schedule } of status.chains) this.schedules.inc({ state: schedule.state });
      this.missed.set(status.chains.reduce((sum, { schedule }) => sum + schedule.missed.length, 0));
      this.workers.set(status.workers.length);
      this.reachable.set({ server: 'temporal' }, 1);
    } catch (error) {
      this.parts.met(error);
      for (const gauge of [this.missed, this.workers]) gauge.remove();
      this.reachable.set({ server: 'temporal' }, 0);
    }
  }

  private async readRedis(): Promise<void> {
    try {
      const { store } = await this.parts.redis();
      await store.peek({ task: 'metrics', scope: '0' });
      this.reachable.set({ server: 'redis' }, 1);
    } catch (error) {
      this.parts.met(error);
      this.reachable.set({ server: 'redis' }, 0);
    }
  }

  private gauge(name: string, help: string, labelNames: string[]): Gauge {
    return new Gauge({ name: `daychain_${name}`, help, labelNames, registers: [this.registry] });
  }
}

/** What tasks use, with the types this project gives it. */
import type { SettingsOf } from 'daychain';
import type { Mailer } from 'daychain/kit';
import type { settings } from '../daychain.config.js';
import type { Database } from './database.js';
import { inProject } from './files.js';

interface Clients {
  sql(): Promise<Database>;
  mail(): Promise<Mailer>;
}

type Settings = SettingsOf<typeof settings>;

/** Anything that has clients or settings: a task's `ctx`, or a condition's. */
interface Context {
  readonly clients: object;
  readonly settings: object;
}

export function clientsOf({ clients }: Pick<Context, 'clients'>): Clients {
  return clients as Clients;
}

export function settingsOf({ settings }: Pick<Context, 'settings'>): Settings {
  return settings as Settings;
}

/** Where what comes in lies: `dataFolder(ctx, 'uploads')`. */
export function dataFolder(ctx: Pick<Context, 'settings'>, ...parts: string[]): string {
  return inProject(settingsOf(ctx).COMPONENT_DATA, ...parts);
}

/** Where what goes out lies. */
export function outFolder(ctx: Pick<Context, 'settings'>, ...parts: string[]): string {
  return inProject(settingsOf(ctx).COMPONENT_OUT, ...parts);
}

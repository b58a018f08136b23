/** Settings that an author's project reads from the environment. They are only declared here; the registry checks and reads them. */
import type { Duration } from '../plan/duration.js';

/** What a text of the environment is read as. */
export type SettingForm =
  | { is: 'text' | 'yes_no' | 'duration' | 'list' }
  /** Null: of any scheme. */
  | { is: 'url'; schemes: readonly string[] | null }
  | { is: 'number' | 'integer'; least: number; most: number }
  | { is: 'choice'; of: readonly string[] };

declare const value: unique symbol;
/** A declared setting: it remembers the type of its value. */
export interface DeclaredSetting<T = unknown> {
  readonly kind: 'setting';
  readonly form: SettingForm;
  readonly description: string;
  /** Undefined: there is none, and the tasks that need the setting are disabled where it is not set. */
  readonly default: unknown;
  readonly secret: boolean;
  readonly required: boolean;
  readonly [value]?: T;
}

export interface SettingOptions<D = unknown> {
  /** One line for `daychain doctor`: what it is for, and where one gets it. */
  description: string;
  /**
   * Holds where the environment says nothing. `null` for "none": then the value may be null. Without a default, tasks that name
   * the setting in `needs` are disabled where it is not set, and reading it fails a task for good.
   */
  default?: D;
  /** No worker starts without it. Default false. Not together with a default. */
  required?: boolean;
  /** Never shown, in no message either. Default false. */
  secret?: boolean;
}

interface Range {
  /** Smallest value allowed. Default: none. */
  least?: number;
  /** Largest value allowed. Default: none. */
  most?: number;
}

interface Schemes {
  /** Those allowed, without a colon: `['smtp', 'smtps']`. Default: any. */
  schemes?: readonly string[];
}

/** Null is among the values only where it is the default. */
type Or<T, D> = DeclaredSetting<T | Extract<D, null>>;

/** Declares settings: `settings: { BATCH_SIZE: env.integer({ description: '…', default: 10, least: 1, most: 500 }) }`. */
export const env = {
  text: <D extends string | null = never>(options: SettingOptions<D>): Or<string, D> => declared({ is: 'text' }, options),

  /** A decimal number. */
  number: <D extends number | null = never>(options: SettingOptions<D> & Range): Or<number, D> =>
    declared({ is: 'number', ...rangeOf(options) }, options),

  /** A whole number. */
  integer: <D extends number | null = never>(options: SettingOptions<D> & Range): Or<number, D> =>
    declared({ is: 'integer', ...rangeOf(options) }, options),

  /** `yes`, `true`, `on`, `1`, or `no`, `false`, `off`, `0`; in any case. */
  yesNo: <D extends boolean | null = never>(options: SettingOptions<D>): Or<boolean, D> => declared({ is: 'yes_no' }, options),

  /** A duration as everywhere in daychain: `5 minutes`. */
  duration: <D extends Duration | null = never>(options: SettingOptions<D>): Or<Duration, D> =>
    declared({ is: 'duration' }, options),

  /** A whole URL. */
  url: <D extends string | null = never>(options: SettingOptions<D> & Schemes): Or<string, D> =>
    declared({ is: 'url', schemes: options.schemes ?? null }, options),

  /** Texts between commas, without the blanks around them. */
  list: <D extends readonly string[] | null = never>(options: SettingOptions<D>): Or<readonly string[], D> =>
    declared({ is: 'list' }, options),

  /** One of the words given. */
  choice: <const C extends string, D extends C | null = never>(of: readonly C[], options: SettingOptions<D>): Or<C, D> =>
    declared({ is: 'choice', of }, options),
} as const;

function declared<T>(form: SettingForm, options: SettingOptions): DeclaredSetting<T> {
  const { description, secret = false, required = false } = options;
  return { kind: 'setting', form, description, default: options.default, secret, required };
}

function rangeOf({ least = -Infinity, most = Infinity }: Range): Required<Range> {
  return { least, most };
}

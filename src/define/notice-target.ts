/** Where a notice goes, as it is read from a definition: variables of the environment by name. */
import type { NoticeTemplate } from './notice-types.js';

export type NoticeTarget =
  | { medium: 'webhook'; url: string; format: 'json' | 'slack'; template: NoticeTemplate | null }
  | { medium: 'mail'; to: string; from: string; server: string; template: NoticeTemplate | null };

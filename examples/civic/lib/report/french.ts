/** Words and figures as a French reader expects them. */
import type { Category, Violation } from '../contributions.js';
import type { FailureReason } from '../crawl/download.js';
import type { Change } from '../crawl/stored.js';

/** `'20260203'` → `'mardi 3 février 2026'`. */
export function longDate(date: string): string {
  const day = new Date(`${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T00:00:00Z`);
  return new Intl.DateTimeFormat('fr-FR', { dateStyle: 'full', timeZone: 'UTC' }).format(day);
}

export function figure(value: number): string {
  return new Intl.NumberFormat('fr-FR').format(value);
}

export function percent(share: number): string {
  return new Intl.NumberFormat('fr-FR', { style: 'percent' }).format(share);
}

/** `counted(3, 'page')` → `'3 pages'`; in French one and less are singular. */
export function counted(value: number, singular: string, plural = `${singular}s`): string {
  return `${figure(value)} ${Math.abs(value) < 2 ? singular : plural}`;
}

export const CATEGORY_NAMES: Record<Category, string> = {
  economie: 'Économie',
  logement: 'Logement',
  culture: 'Culture',
  ecologie: 'Écologie',
  associations: 'Associations',
  jeunesse: 'Jeunesse',
  'alimentation-bien-etre-soins': 'Alimentation, bien-être et soins',
};

export const VIOLATION_NAMES: Record<Violation, string> = {
  personal_attack: 'attaque personnelle',
  advertising: 'publicité',
  off_topic: 'hors sujet',
  false_information: 'information fausse',
};

export const CHANGE_NAMES: Record<Change, string> = { new: 'nouvelle', changed: 'modifiée', unchanged: 'inchangée' };

const FAILURES: Record<string, string> = {
  http_404: 'page introuvable',
  http_410: 'page supprimée',
  timeout: 'pas de réponse à temps',
  unreachable: 'site injoignable',
  too_large: 'page trop volumineuse',
  too_many_redirects: 'trop de redirections',
  redirect_off_site: 'redirigée hors du site',
  redirect_forbidden: 'redirigée vers une page interdite aux robots',
  refused: 'adresse qui n’est pas publique',
  unreadable: 'réponse illisible',
};

export function failureName(reason: FailureReason): string {
  return FAILURES[reason] ?? `erreur ${reason.replace('http_', '')} du serveur`;
}

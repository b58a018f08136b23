/** How one parent's end reads in the report, and whether its files may be believed. */
import type { UpstreamOf, JsonObject } from 'daychain';

export interface Part {
  /** `done`: its files are this date's. `nothing`: there was nothing to do. `missing`: the report has a gap here. */
  state: 'done' | 'nothing' | 'missing';
  /** A French sentence without its full stop. */
  told: string;
}

/**
 * Judges a parent. Files of a task that did not succeed this time are not used: they may be of another run.
 * A parent nobody knows of (a report run by hand) is believed if it left files.
 */
export function judgePart(parent: UpstreamOf<JsonObject>, hasFiles: boolean): Part {
  const because = parent.reason ? ` : ${parent.reason}` : '';
  if (parent.status === 'success') {
    return hasFiles
      ? { state: 'done', told: 'terminée' }
      : { state: 'missing', told: 'terminée, mais ses fichiers ont disparu depuis' };
  }
  if (parent.status === 'failed') return { state: 'missing', told: `en échec${because}` };
  if (parent.status === 'cancelled') return { state: 'missing', told: `annulée${because}` };
  if (parent.status === 'absent' || parent.kind === 'already_completed') {
    return hasFiles
      ? { state: 'done', told: 'terminée lors d’une exécution antérieure' }
      : { state: 'missing', told: 'sans trace d’exécution pour cette date' };
  }
  switch (parent.kind) {
    case 'no_work':
      return { state: 'nothing', told: `sans objet ce jour${because}` };
    case 'upstream_failed':
      return { state: 'missing', told: 'non exécutée, car une étape précédente a échoué' };
    case 'upstream_skipped':
      return { state: 'missing', told: 'non exécutée, car une étape précédente a été écartée' };
    case 'skipped_by_operator':
      return { state: 'missing', told: `écartée par décision${because}` };
    case 'lock_held':
      return { state: 'missing', told: 'non exécutée : une autre exécution tenait le verrou' };
    default:
      return { state: 'missing', told: `non exécutée${because}` };
  }
}

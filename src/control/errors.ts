/** What can stand in the way of a command, by what the one who gave it can do about it. Imports nothing: everyone may. */

/** Why a command was refused. */
export type RefusalKind =
  | 'order_refused'
  | 'other_one_shot'
  | 'done'
  | 'running'
  | 'id_taken'
  | 'other_params'
  | 'not_running'
  | 'lock_held'
  | 'not_prepared'
  | 'beyond_retention'
  | 'already_there';

/** The state of things does not allow it now. The message says what does. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(
    readonly kind: RefusalKind,
    message: string,
    /** More of it, for programs. */
    readonly details: Record<string, unknown> = {},
  ) {
    super(message);
  }
}

/** What was asked for cannot be. */
export class BadInput extends Error {
  override readonly name = 'BadInput';
}

/** What was asked for is not there: an unknown id, no such run. */
export class NotFound extends BadInput {}

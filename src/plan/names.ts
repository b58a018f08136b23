/** Names that stand in histories and on the server. They are for ever: open runs and old histories know them. */

export const WORKFLOWS = {
  scheduledChain: 'scheduledChain',
  runChain: 'runChain',
  runTask: 'runTask',
  resumeLater: 'resumeLater',
  oneShot: 'oneShot',
  backfill: 'backfill',
  notify: 'notify',
  cleanUp: 'cleanUp',
  retryCall: 'retryCall',
} as const;

/** Search attributes; all Keyword but TaskTags, which is a KeywordList. */
export const SEARCH_ATTRIBUTES = {
  TaskName: 'KEYWORD',
  TaskDate: 'KEYWORD',
  TaskStatus: 'KEYWORD',
  ChainName: 'KEYWORD',
  TaskTags: 'KEYWORD_LIST',
} as const;

/** Memo fields of our runs. */
export const MEMO = {
  /** runTask: its params, so that another start with other params is noticed. */
  params: 'params',
  /** runTask, when cancelled: its TaskResult, with by whom. runChain and backfill, before they close: their result; notify: its NotifyResult. */
  result: 'result',
  /** runTask and runChain, started by hand: who asked for it and why, where that was told. */
  asked: 'asked',
  /** oneShot: its OneShotMemo. */
  oneShot: 'oneShot',
  /** oneShot: its Hold while it is held. */
  held: 'held',
  /** backfill: its BackfillRequest and number of runs. runTask and runChain: the workflow ID of the backfill that started them. */
  backfill: 'backfill',
  /** Schedules: the project that owns them. */
  project: 'project',
  /** retryCall: its arguments, and its CallRecord. */
  args: 'args',
  call: 'call',
  /** resumeLater: ISO instant at which a pause ends. */
  until: 'until',
} as const;

/** Signals and updates of runTask, runChain and, hold and release only, backfill; each exists as both, with an Order as argument. */
export const HANDLERS = { skip: 'skip', hold: 'hold', release: 'release', retryNow: 'retryNow' } as const;
/** Query of runTask, runChain and backfill. */
export const PROGRESS_QUERY = 'progress';

/** Names that stand in histories and on the server. They are for ever: open runs and old histories know them. */

export const WORKFLOWS = {
  scheduledChain: 'scheduledChain',
  runChain: 'runChain',
  runTask: 'runTask',
  resumeLater: 'resumeLater',
  oneShot: 'oneShot',
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
  /** runTask, when cancelled: its TaskResult, with by whom. runChain, before it closes: its ChainResult. */
  result: 'result',
  /** oneShot: its OneShotMemo. */
  oneShot: 'oneShot',
  /** oneShot: its Hold while it is held. */
  held: 'held',
  /** Schedules: the project that owns them. */
  project: 'project',
  /** resumeLater: ISO instant at which a pause ends. */
  until: 'until',
} as const;

/** Signals and updates of runTask and runChain; each exists as both, with an Order as argument. */
export const HANDLERS = { skip: 'skip', hold: 'hold', release: 'release', retryNow: 'retryNow' } as const;
/** Query of runTask and runChain. */
export const PROGRESS_QUERY = 'progress';

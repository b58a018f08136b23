/** Tasks that are going through items at this moment. */
import { WORKFLOWS } from '../plan/names.js';
import { quoted } from '../plan/query.js';
import { describeRun } from './describe-run.js';
import { itemsOf, type ItemsView } from './items.js';
import { summaryOf } from './run-summary.js';
import type { Server } from './server.js';

export interface AtWork {
  task: string;
  runKey: string;
  /** Workflow ID. */
  run: string;
  items: ItemsView;
}

/** More open runs than this are not looked at. */
const MAX_LOOKED_AT = 16;

/** Those of this project's newest open runs that tell of items, oldest first. */
export async function readAtWork(server: Server): Promise<AtWork[]> {
  const open = `TaskQueue = ${quoted(server.taskQueue)} AND WorkflowType = ${quoted(WORKFLOWS.runTask)} AND ExecutionStatus = 'Running'`;
  const looks: Promise<AtWork[]>[] = [];
  for await (const info of server.client.workflow.list({ query: open, pageSize: MAX_LOOKED_AT })) {
    const { workflowId, id, kind, runKey } = summaryOf(info);
    if (kind === 'task' && runKey !== null) {
      const look = describeRun(server, workflowId, { ask: false }).then((run) => {
        const items = itemsOf(run?.pending?.progress);
        return items === null ? [] : [{ task: id, runKey, run: workflowId, items }];
      });
      looks.push(look);
    }
    if (looks.length === MAX_LOOKED_AT) break;
  }
  return (await Promise.all(looks)).flat().reverse();
}

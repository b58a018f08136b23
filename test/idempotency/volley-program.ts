/** One of the processes of a volley: starts runs in every way a client can, and reports how many were accepted. */
import { Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { openConnection } from '../../src/connections/connection.js';

interface Shot {
  workflowType: string;
  input: object;
  /** Undefined: an ID of the server's or client's own making. */
  workflowId?: string;
  marked: boolean;
}
interface Volley {
  address: string;
  namespace: string;
  taskQueue: string;
  shots: Shot[];
}

const volley = JSON.parse(process.argv[2]!) as Volley;
const connection = await openConnection({ address: volley.address });
const client = new Client({ connection, namespace: volley.namespace });
process.send!('ready');
await new Promise<void>((resolve) => process.once('message', () => resolve()));

const outcomes = await Promise.all(
  volley.shots.map(async (shot, at) => {
    try {
      await client.workflow.start(shot.workflowType, {
        taskQueue: volley.taskQueue,
        workflowId: shot.workflowId ?? `volley-${process.pid}-${at}-${Date.now()}`,
        args: [shot.marked ? { ...shot.input, mark: Date.now() } : shot.input],
        ...(shot.marked ? { workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY' as const } : {}),
      });
      return 'started';
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return 'refused';
      throw error;
    }
  }),
);
process.send!(outcomes);
await connection.close();
process.disconnect();

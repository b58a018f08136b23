/** daychain/kit: what tasks call. Everything heavy is loaded when it is used. */
export { claimBatch, type BatchDone, type BatchOptions } from './batch/claim.js';
export { addBatchColumns, batchColumns } from './batch/columns.js';
export { queueDepth, type QueueDepth } from './batch/depth.js';
export { LeaseLost } from './batch/lease.js';
export type { Reclaimed } from './batch/marks.js';
export type { BatchColumns, BatchQueue, BatchStates } from './batch/queue.js';
export type { BatchEnd, BatchItem } from './batch/row.js';
export { requeue, sweepStuck } from './batch/sweep.js';
export { effectKey } from './effect-key.js';
export { createHttp, type Http, type HttpOptions, type HttpRequest, type HttpResponse } from './http/client.js';
export { HttpError, type HttpTrouble } from './http/errors.js';
export type { GuardOptions } from './http/guard.js';
export { createMailer, mailClient, type Mail, type Mailer, type MailOptions, type MailSent } from './mail.js';
export { openSql, sqlClient, type SqlOptions } from './sql/client.js';
export { once, StaleFence, type Once } from './sql/once.js';
export { writeWhole, type FileData } from './write-whole.js';

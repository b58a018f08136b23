/** daychain/kit: what tasks call. Everything heavy is loaded when it is used. */
export { effectKey } from './effect-key.js';
export { createHttp, type Http, type HttpOptions, type HttpRequest, type HttpResponse } from './http/client.js';
export { HttpError, type HttpTrouble } from './http/errors.js';
export type { GuardOptions } from './http/guard.js';
export { createLlm, llmClient, type LlmTools } from './llm/client.js';
export { LlmAnswerError, LlmBudgetSpent, LlmUnavailable, type LlmAnswerFault } from './llm/errors.js';
export type * from './llm/types.js';
export { createMailer, mailClient, type Mail, type Mailer, type MailOptions, type MailSent } from './mail.js';
export { afterCommit } from './sql/after-commit.js';
export { openSql, sqlClient, type SqlOptions } from './sql/client.js';
export { once, StaleFence, type Once } from './sql/once.js';
export { writeWhole, type FileData } from './write-whole.js';

/** daychain/kit: what tasks call. Everything heavy is loaded when it is used. */
export { effectKey } from './effect-key.js';
export { createHttp, type Http, type HttpOptions, type HttpRequest, type HttpResponse } from './http/client.js';
export { HttpError, type HttpTrouble } from './http/errors.js';
export type { GuardOptions } from './http/guard.js';

/** What a command opens, and where people see it. */
export * from '../session/open.js';
export { runUrl } from '../control/run-url.js';

/**
 * The same project with the chain as it was first: `daychain up --project examples/civic/legacy` instead of `examples/civic`.
 * Both own the same schedules, so one of them is in force at a time.
 */
export { default } from '../daychain.config.js';

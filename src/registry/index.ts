/** Reads a project folder, checks all of it, and compiles plans. */
export { findFiles, listIds, type ProjectFile, type ProjectFiles } from './files.js';
export { loadFiles, type Loaded } from './load.js';
export { assembleProject, loadConfiguration, loadProject } from './load-project.js';
export { parseParams } from './params.js';
export { typedParams } from './typed-params.js';
export { formatProblems, nearest, problemText, type Problem } from './problems.js';
export type { Registry } from './registry.js';
export type { Refused } from './resolve.js';
export { readArguments, readRetryable } from './retryables.js';

/** What a task may wait for before it begins; see docs/tasks.md. */
export { allOf, when, type Condition, type Finding, type Look } from './conditions/condition.js';
export { cpuBelow, type CpuOptions } from './conditions/cpu.js';
export { diskFree, fileNewerThan, fileOlderThan, type PathOf } from './conditions/files.js';
export { runSucceeded, type RunSucceededOptions } from './conditions/runs.js';
export { between } from './conditions/window.js';

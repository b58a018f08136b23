/** daychain/testing: tasks tried without servers. */
export { testTask, type TestedTask, type TestTaskOptions } from './test-task.js';

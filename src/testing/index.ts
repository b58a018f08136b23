/** daychain/testing: tasks and chains tried without servers of one's own, with any test runner. */
export {
  testChain,
  type FakeAttempt,
  type FakeTask,
  type TestChainOptions,
  type TestedChain,
  type TestedRun,
} from './test-chain.js';
export { testTask, type TestedTask, type TestTaskOptions } from './test-task.js';

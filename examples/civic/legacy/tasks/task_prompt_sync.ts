export { default } from '../../tasks/task_prompt_sync.js';

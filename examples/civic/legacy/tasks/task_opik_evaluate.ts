export { default } from '../../tasks/task_opik_evaluate.js';

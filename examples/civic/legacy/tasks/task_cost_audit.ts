export { default } from '../../tasks/task_cost_audit.js';

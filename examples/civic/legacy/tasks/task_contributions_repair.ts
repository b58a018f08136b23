export { default } from '../../tasks/task_contributions_repair.js';

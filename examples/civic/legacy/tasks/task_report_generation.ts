export { default } from '../../tasks/task_report_generation.js';

export { default } from '../../tasks/task_contributions_analysis.js';

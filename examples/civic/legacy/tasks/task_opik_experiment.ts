export { default } from '../../tasks/task_opik_experiment.js';

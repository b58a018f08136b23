export { default } from '../../tasks/task_audierne_docs.js';

export { default } from '../../tasks/task_firecrawl.js';

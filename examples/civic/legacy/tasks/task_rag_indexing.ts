export { default } from '../../tasks/task_rag_indexing.js';

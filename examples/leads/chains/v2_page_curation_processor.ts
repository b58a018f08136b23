import { jobChain } from '../lib/job-chain.js';

export default jobChain('PAGE_CURATION', 'task_curate_pages');

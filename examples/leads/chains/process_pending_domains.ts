import { jobChain } from '../lib/job-chain.js';

export default jobChain('DOMAIN', 'task_process_domains');

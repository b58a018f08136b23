import { jobChain } from '../lib/job-chain.js';

export default jobChain('DOMAIN_EXTRACTION', 'task_extract_domains');

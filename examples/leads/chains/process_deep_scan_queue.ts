import { jobChain } from '../lib/job-chain.js';

export default jobChain('DEEP_SCAN', 'task_scan_places');

import { jobChain } from '../lib/job-chain.js';

export default jobChain('HUBSPOT_SYNC', 'task_sync_hubspot');

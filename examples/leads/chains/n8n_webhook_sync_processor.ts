import { jobChain } from '../lib/job-chain.js';

export default jobChain('N8N_SYNC', 'task_sync_n8n');

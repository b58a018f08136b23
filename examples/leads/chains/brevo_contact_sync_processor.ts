import { jobChain } from '../lib/job-chain.js';

export default jobChain('BREVO_SYNC', 'task_sync_brevo');

import { jobChain } from '../lib/job-chain.js';

export default jobChain('DEBOUNCE_VALIDATION', 'task_validate_emails');

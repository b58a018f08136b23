import { defineChain } from 'daychain';

// Every four hours (O-106).
export default defineChain({ schedule: { every: '4 hours' }, tasks: { task_external_sync: [] } });

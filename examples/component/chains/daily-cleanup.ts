import { defineChain } from 'daychain';

// Daily at midnight (O-94).
export default defineChain({ schedule: { daily: '00:00' }, tasks: { task_temp_cleanup: [] } });

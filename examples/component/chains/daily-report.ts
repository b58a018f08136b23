import { defineChain } from 'daychain';

// Daily at 06:30 (O-94).
export default defineChain({ schedule: { daily: '06:30' }, tasks: { task_daily_report: [] } });

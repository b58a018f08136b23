import { defineChain } from 'daychain';

// Mondays at 09:00 (O-95).
export default defineChain({ schedule: { weekly: { on: 'monday', at: '09:00' } }, tasks: { task_weekly_report: [] } });

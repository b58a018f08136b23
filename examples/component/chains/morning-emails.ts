import { defineChain } from 'daychain';

// Daily at 08:00 (O-102).
export default defineChain({ schedule: { daily: '08:00' }, tasks: { task_morning_emails: [] } });

import { defineChain } from 'daychain';

// Daily at 03:00 (O-105).
export default defineChain({ schedule: { daily: '03:00' }, tasks: { task_database_cleanup: [] } });

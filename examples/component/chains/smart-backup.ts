import { defineChain } from 'daychain';

// Every two hours it is asked whether a backup is due (O-108).
export default defineChain({ schedule: { every: '2 hours' }, tasks: { task_database_backup: [] } });

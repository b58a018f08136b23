import { defineChain } from 'daychain';

// What was uploaded (O-104).
export default defineChain({ schedule: { every: '10 minutes' }, tasks: { task_process_uploads: [] } });

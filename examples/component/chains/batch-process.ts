import { defineChain } from 'daychain';

// Missed slots fold into the newest (O-100); each of them is on record as coalesced.
export default defineChain({ schedule: { hourly: { minute: 0 } }, catchUp: 'latest', tasks: { task_batch_process: [] } });

import { defineChain } from 'daychain';

// Never two at a time (O-99): a slot that finds the one before at work is left out, and its shell says so.
export default defineChain({ schedule: { every: '30 minutes' }, overlap: 'skip', tasks: { task_long: [] } });

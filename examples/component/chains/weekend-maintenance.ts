import { defineChain } from 'daychain';

// Saturdays at 02:00 (O-95).
export default defineChain({ schedule: { weekly: { on: 'saturday', at: '02:00' } }, tasks: { task_weekend_maintenance: [] } });

import { defineChain } from 'daychain';

// Every 15 minutes (O-96); looks that were missed are no news.
export default defineChain({ schedule: { every: '15 minutes' }, catchUp: 'none', tasks: { task_health_check: [] } });

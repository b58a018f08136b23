import { defineChain } from 'daychain';

// At half past, within business hours (O-98): the original's 9-17 fired at 17:30 too.
export default defineChain({ schedule: { cron: '30 9-16 * * MON-FRI' }, tasks: { task_business_digest: [] } });

import { defineChain } from 'daychain';

// At noon, five minutes late at the most (O-103): later is misfired.
export default defineChain({ schedule: { daily: '12:00' }, startWithin: '5 minutes', tasks: { task_lunch: [] } });

import { defineChain } from 'daychain';
import today from '../../chains/daily-chain.js';

/** Every seven minutes of the hour, from six to eleven in the evening, until the day has succeeded. */
export default defineChain({ ...today.definition, schedule: { cron: '*/7 6-23 * * *', key: 'date' } });

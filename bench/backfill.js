/** `npm run bench:backfill`: a year of dates at once, and what it costs fresh runs. */
import { register } from 'tsx/esm/api';

register();
await import('./backfill.ts');

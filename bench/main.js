/** `npm run bench`: daychain against a hand-written Temporal program with the same guarantees, in one run. */
import { register } from 'tsx/esm/api';

register();
await import('./main.ts');

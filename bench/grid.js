/** `npm run bench:grid`: how soon the grid of a long history is read. */
import { register } from 'tsx/esm/api';

register();
await import('./grid.ts');

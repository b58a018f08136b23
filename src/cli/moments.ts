/** Points in time as people type them: the same on the command line as over HTTP. */
export * from '../control/moments.js';

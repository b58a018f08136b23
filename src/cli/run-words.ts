/** How people name tasks, chains, dates and runs: the same on the command line as over HTTP. */
export * from '../control/run-words.js';

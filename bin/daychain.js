#!/usr/bin/env node
/** Starts the CLI. Plain JavaScript that even an old Node can read, so that it can say what is wrong with it. */
import { existsSync } from 'node:fs';

const REQUIRED = [20, 19];
const main = new URL('../dist/cli/main.js', import.meta.url);
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < REQUIRED[0] || (major === REQUIRED[0] && minor < REQUIRED[1])) {
  stop(`daychain needs Node ${REQUIRED.join('.')} or newer; this is ${process.versions.node} (${process.execPath})`);
} else if (!existsSync(main)) {
  stop('daychain is not built yet: run `npm run build` in its folder first');
} else {
  await import(main.href);
}

function stop(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 2;
}

import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { root, trackedText } from './tracked-files.js';

/** Hosts anyone can reach; others are somebody's own. */
const PUBLIC_REGISTRIES = ['registry.npmjs.org', 'registry.yarnpkg.com', 'pypi.org', 'files.pythonhosted.org'];

test('no tracked file names a folder of the machine it was written on', ({ skip }) => {
  const files = trackedText() ?? skip('not a git checkout');
  const here = root.replace(/[\\/]$/, '');
  // A folder that containers commonly use may well be meant as such; files that describe containers may name any.
  const own = here.split(path.sep).length > 2 ? [`${here}/`, `${here}\n`] : [];
  const home = os.homedir().split(path.sep).length > 2 ? [`${os.homedir()}/`] : [];
  const found = files
    .filter(({ file }) => !/(^|\/)(Dockerfile|docker-compose[^/]*|deploy\/.*)$/.test(file))
    .flatMap(({ file, text }) => {
      const anyHome = text.match(/(?<![\w.])\/(?:home|Users)\/[a-z][\w.-]*\//g) ?? [];
      return [...own.concat(home).filter((place) => text.includes(place)), ...anyHome].map(
        (place) => `${file} names ${place.trim()}`,
      );
    });
  expect(found).toEqual([]);
});

test('no tracked file names a private package registry', ({ skip }) => {
  const files = trackedText() ?? skip('not a git checkout');
  const hosts = ['npm_config_registry', 'NPM_CONFIG_REGISTRY', 'PIP_INDEX_URL', 'PIP_EXTRA_INDEX_URL']
    .flatMap((name) => (process.env[name] ?? '').split(/\s+/))
    .flatMap((url) => (URL.canParse(url) ? [new URL(url).host] : []))
    .filter((host) => host !== '' && !PUBLIC_REGISTRIES.includes(host) && !/^(localhost|127\.)/.test(host));
  expect(
    hosts.flatMap((host) => files.filter(({ text }) => text.includes(host)).map(({ file }) => `${file} names ${host}`)),
  ).toEqual([]);
});

test('the lock file takes every package from whatever registry the user has', ({ skip }) => {
  const files = trackedText() ?? skip('not a git checkout');
  const lock = files.find(({ file }) => file === 'package-lock.json')?.text ?? '';
  expect(lock).toContain('"lockfileVersion"');
  expect(lock.match(/"resolved": *"https?:[^"]*"/g) ?? []).toEqual([]);
});

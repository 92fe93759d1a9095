// Jest runs what `tsc -b` made: plain modules, nothing is transformed, so a test sees the same code that ships.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = import.meta.dirname;

/** `tsc` never removes the output of a deleted test; running it would prove nothing about the sources. */
function staleTests() {
  const folders = ['packages', 'apps']
    .flatMap((group) => readdirSync(join(root, group)).map((name) => join(root, group, name)))
    .map((member) => [join(member, 'dist', 'tests'), join(member, 'tests')]);
  folders.push([join(root, 'tests', 'dist'), join(root, 'tests')]);
  return folders.flatMap(([compiled, source]) =>
    (existsSync(compiled) ? readdirSync(compiled, { recursive: true }) : [])
      .filter((name) => name.endsWith('.test.js'))
      .filter((name) => !existsSync(join(source, name.replace(/\.js$/, '.ts'))))
      .map((name) => join(compiled, name)),
  );
}

// These bring servers of their own that the others do without.
const elsewhere = process.env.PRESSROOM_TEST_TOPOLOGY === undefined ? ['/tests/dist/topologies/'] : [];
const literally = (text) => `^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`;
const run = join(root, 'packages/testing/dist/src/run');

export default {
  rootDir: root,
  roots: ['packages', 'apps', 'tests'].map((name) => join(root, name)),
  testMatch: [
    '<rootDir>/packages/*/dist/tests/**/*.test.js',
    '<rootDir>/apps/*/dist/tests/**/*.test.js',
    '<rootDir>/tests/dist/**/*.test.js',
  ],
  testPathIgnorePatterns: ['/node_modules/', ...elsewhere, ...staleTests().map(literally)],
  transform: {},
  reporters: ['default', join(root, 'scripts/time-limit-reporter.mjs')],
  globalSetup: join(run, 'global-setup.js'),
  globalTeardown: join(run, 'global-teardown.js'),
  testEnvironment: join(run, 'test-environment.js'),
  testTimeout: 60_000,
  maxWorkers: 2,
  workerIdleMemoryLimit: '768MB',
};

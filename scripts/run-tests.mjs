// Runs Jest on the compiled tests and ends with one plain line, `N passed, N failed, N skipped`, which CI reads.
// Arguments go to Jest: `npm test -- packages/queue`, `-t 'a name'`, `--watch`.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'pressroom-test-result-'));
const resultFile = join(folder, 'result.json');
const passed = process.argv.slice(2);
const node = ['--experimental-vm-modules', '--no-warnings', '--enable-source-maps'];
const jest = [join(root, 'node_modules/jest/bin/jest.js'), '--config', join(root, 'jest.config.mjs')];

const child = spawn(process.execPath, [...node, ...jest, '--json', `--outputFile=${resultFile}`, ...passed], {
  cwd: root,
  stdio: 'inherit',
});

// Jest gets a terminal's Ctrl-C itself and ends; staying alive until then keeps the closing line the last one.
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    interrupted = true;
    if (signal !== 'SIGINT') child.kill(signal);
  });
}

child.once('close', (code, signal) => {
  const exitCode = code ?? 128 + (constants.signals[signal] ?? 1);
  const counts = readCounts();
  rmSync(folder, { recursive: true, force: true });
  if (interrupted && exitCode === 0) process.exitCode = 130;
  // A green exit that ran nothing, or red counts under a green exit, must not pass as green.
  else process.exitCode = counts.failed > 0 && exitCode === 0 ? 1 : exitCode;
  if (counts.failed === 0 && process.exitCode !== 0) counts.failed = 1;
  process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
});

/** A suite that could not even start counts as one failure: it has no tests to count. */
function readCounts() {
  try {
    const result = JSON.parse(readFileSync(resultFile, 'utf8'));
    return {
      passed: result.numPassedTests,
      failed: result.numFailedTests + result.numRuntimeErrorTestSuites,
      skipped: result.numPendingTests + result.numTodoTests,
    };
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}

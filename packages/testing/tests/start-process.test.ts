import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { eventually, startProcess } from '../src/index.ts';
import { releaseAll } from '../src/run/teardown.ts';

const node = (script: string) => ({ command: process.execPath, args: ['-e', script] });

test('captures both streams and the exit', async () => {
  const started = await startProcess(node("console.log('out'); console.error('err'); process.exitCode = 3"));
  expect(await started.exited).toEqual({ code: 3, signal: null });
  await started.waitForLine(/^out$/);
  await started.waitForLine(/^err$/);
  expect([started.stdout, started.stderr, started.running]).toEqual(['out\n', 'err\n', false]);
});

test('finds lines of the past and of the future, and from a place on', async () => {
  const started = await startProcess(node("let n = 0; setInterval(() => console.log('tick', ++n), 5)"));
  expect((await started.waitForLine(/^tick (\d+)$/))[1]).toBe('1');
  expect((await started.waitForLine(/^tick (3)$/))[1]).toBe('3');
  const from = started.lines.length;
  expect(Number((await started.waitForLine(/^tick (\d+)$/, 5_000, from))[1])).toBe(from + 1);
  expect(await started.stop()).toEqual({ code: null, signal: 'SIGTERM' });
});

test('shows the output when the line does not come', async () => {
  const ending = await startProcess(node("console.log('last words'); process.exitCode = 7"));
  await expect(ending.waitForLine(/ready/)).rejects.toThrow(
    /Ended \(7\) without a line like \/ready\/.*\nlast words/s,
  );
  const waiting = await startProcess(node("console.log('busy'); setInterval(() => {}, 1000)"));
  await waiting.waitForLine(/busy/);
  await expect(waiting.waitForLine(/ready/, 50)).rejects.toThrow(/Waited 50 ms.*\nbusy/s);
  await waiting.stop();
});

test('kills what ignores SIGTERM', async () => {
  const stubborn = await startProcess(
    node("process.on('SIGTERM', () => console.log('no')); setInterval(() => {}, 1000); console.log('up')"),
  );
  await stubborn.waitForLine(/up/);
  expect(await stubborn.stop(200)).toEqual({ code: null, signal: 'SIGKILL' });
  expect(stubborn.stdout).toContain('no');
});

test('keeps the settings of the developer’s shell out', async () => {
  process.env['PRESSROOM_STRAY'] = 'stray';
  const started = await startProcess({
    ...node(
      'console.log(JSON.stringify([process.env.PRESSROOM_STRAY, process.env.GIVEN, !!process.env.PATH]))',
    ),
    env: { GIVEN: 'given' },
  });
  delete process.env['PRESSROOM_STRAY'];
  await started.waitForLine(/^\[null,"given",true\]$/);
});

test('rejects for a program that is not there', async () => {
  await expect(startProcess({ command: '/does/not/exist' })).rejects.toMatchObject({ code: 'ENOENT' });
});

test('is killed with its children when the test file is over', async () => {
  const parent = await startProcess(
    node(
      "const c = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']); console.log(c.pid); setInterval(() => {}, 1000)",
    ),
  );
  const child = Number((await parent.waitForLine(/^\d+$/))[0]);
  expect(await releaseAll(globalThis)).toEqual([]);
  expect(await parent.exited).toEqual({ code: null, signal: 'SIGKILL' });
  await eventually(async () => {
    const stat = await readFile(`/proc/${child}/stat`, 'utf8').catch(() => ') Z');
    expect(stat).toContain(') Z');
  });
});

import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { eventually, startProcess, temporaryFolder } from '../src/index.ts';

const owner = fileURLToPath(new URL('./run-owner.js', import.meta.url));

async function answers(url: string): Promise<boolean> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  try {
    return await new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
  } finally {
    socket.destroy();
  }
}

test.each(['SIGKILL', 'SIGINT'] as const)(
  'a run that ends by %s leaves no server and no folder',
  async (signal) => {
    const { path } = await temporaryFolder();
    const run = await startProcess({ command: process.execPath, args: [owner], env: { TMPDIR: path } });
    const [, postgresUrl = '', redisUrl = ''] = await run.waitForLine(/^servers (\S+) (\S+)$/);
    expect([await answers(postgresUrl), await answers(redisUrl)]).toEqual([true, true]);
    expect(await readdir(path)).toHaveLength(1);
    run.kill(signal);
    await run.exited;
    await eventually(async () => {
      expect([await answers(postgresUrl), await answers(redisUrl)]).toEqual([false, false]);
      expect(await readdir(path)).toEqual([]);
    });
  },
);

test('a failed start says why and leaves nothing', async () => {
  const { path } = await temporaryFolder();
  // Nothing can be made in a temporary folder that is not there.
  const run = await startProcess({
    command: process.execPath,
    args: [owner],
    env: { TMPDIR: `${path}/missing` },
  });
  expect((await run.exited).code).toBe(1);
  await eventually(() => expect(run.stderr).toContain('The servers for the tests did not start: ENOENT'));
  expect(await readdir(path)).toEqual([]);
});

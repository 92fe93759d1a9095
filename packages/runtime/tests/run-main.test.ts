import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from '@jest/globals';

const program = fileURLToPath(new URL('./mains/main-under-test.js', import.meta.url));
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function start(scenario: string, graceMs = 5_000) {
  const child = spawn(process.execPath, [program, scenario, String(graceMs)]);
  children.push(child);
  const lines: string[] = [];
  const waiters = new Map<string, () => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    waiters.get(line)?.();
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const closed = once(child, 'close');
  return {
    lines,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    said: (line: string) =>
      lines.includes(line) ? Promise.resolve() : new Promise<void>((resolve) => waiters.set(line, resolve)),
    exit: async () => ({ code: (await closed)[0] as number, errors }),
  };
}

const tidyEnd = ['stopped first', 'released queue', 'released database', 'info probe has stopped'];

describe('runMain', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('stops in reverse order and exits 0 on %s', async (signal) => {
    const main = start('plain');
    await main.said('info probe is up');
    main.kill(signal);
    expect(await main.exit()).toEqual({ code: 0, errors: '' });
    expect(main.lines).toEqual([
      'started first',
      'started second',
      'info probe is up',
      'info probe was asked to stop',
      `stopping second: ${signal}`,
      'stopped second',
      ...tidyEnd,
    ]);
  });

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('exits at once on a second %s', async (signal, code) => {
    const main = start('stuck-stop', 600_000);
    await main.said('info probe is up');
    main.kill('SIGTERM');
    await main.said('stopping second: SIGTERM');
    main.kill(signal);
    expect((await main.exit()).code).toBe(code);
    expect(main.lines).not.toContain('released database');
  });

  test('releases its resources and exits 1 when a service outlasts the grace', async () => {
    const main = start('stuck-stop', 50);
    await main.said('info probe is up');
    main.kill('SIGTERM');
    expect((await main.exit()).code).toBe(1);
    expect(main.lines).toContain(
      'error probe: stopping the services failed stopping the services took longer than 50 ms',
    );
    expect(main.lines.slice(-3)).toEqual(tidyEnd.slice(1));
  });

  test('exits 1 when a resource cannot be released in time', async () => {
    const main = start('stuck-release');
    await main.said('info probe is up');
    main.kill('SIGTERM');
    expect((await main.exit()).code).toBe(1);
  });

  test.each([
    ['throws', 'error An exception was not caught; probe stops out of the blue'],
    ['rejects', 'error A rejection was not handled; probe stops nobody caught this'],
    ['fails', 'error A part broke; probe stops the canary did not return'],
  ])('logs, stops everything and exits 1 when a part %s', async (scenario, line) => {
    const main = start(scenario);
    expect((await main.exit()).code).toBe(1);
    expect(main.lines).toContain(line);
    expect(main.lines.slice(-4)).toEqual(tidyEnd);
  });

  test('tells people without a stack what to correct when it cannot start', async () => {
    const main = start('misconfigured');
    const { code, errors } = await main.exit();
    expect(code).toBe(1);
    expect(errors).toBe(
      'probe cannot start: PORT is not a number\nCorrect each setting that is named and start again.\n',
    );
  });

  test('releases what it had opened when the build throws', async () => {
    const main = start('broken-start');
    const { code, errors } = await main.exit();
    expect(code).toBe(1);
    expect(errors).toBe('probe cannot start: undefined is not a port\n');
    expect(main.lines.filter((line) => line.startsWith('released'))).toEqual([
      'released queue',
      'released database',
    ]);
  });

  test('never starts services that were still being built when the signal came', async () => {
    const main = start('slow-build');
    await main.said('building');
    main.kill('SIGTERM');
    expect((await main.exit()).code).toBe(0);
    expect(main.lines).not.toContain('started first');
    expect(main.lines).toContain('released database');
  });
});

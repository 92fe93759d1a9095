import type { Log } from '@pressroom/domain';
import { PressroomError } from '@pressroom/domain';
import { defineService, runMain } from '@pressroom/runtime';

/** A process for the tests of runMain: says on standard output, line by line, what happens to it. */
const scenario = process.argv[2] ?? 'plain';
const graceMs = Number(process.argv[3] ?? 5_000);

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const log: Log = {
  debug: () => {},
  info: (_fields, message) => say(`info ${message}`),
  warn: (_fields, message) => say(`warn ${message}`),
  error: (fields, message) => say(`error ${message} ${(fields as { err?: Error }).err?.message ?? ''}`),
  child: () => log,
};

const never = () => new Promise<void>(() => {});

await runMain('probe', async (scope, context) => {
  if (scenario === 'misconfigured') throw new PressroomError('settings-invalid', 'PORT is not a number');
  context.configure({ log, graceMs, releaseMs: 200 });
  await scope.use(
    'database',
    () => 'db',
    () => say('released database'),
  );
  await scope.use(
    'queue',
    () => 'queue',
    () => say('released queue'),
  );
  if (scenario === 'broken-start') throw new TypeError('undefined is not a port');
  if (scenario === 'slow-build') {
    say('building');
    await new Promise<void>((resolve) => context.signal.addEventListener('abort', () => resolve()));
  }
  if (scenario === 'stuck-release') scope.defer('socket', never);
  return [
    defineService('first', { start: () => say('started first'), stop: () => say('stopped first') }),
    defineService('second', {
      start: () => say('started second'),
      stop: async (reason) => {
        say(`stopping second: ${reason}`);
        if (scenario === 'stuck-stop') await never();
        say('stopped second');
      },
    }),
    defineService('breaker', {
      start: () => {
        if (scenario === 'throws')
          setImmediate(() => {
            throw new Error('out of the blue');
          });
        if (scenario === 'rejects') void Promise.reject(new Error('nobody caught this'));
        if (scenario === 'fails') setImmediate(() => context.fail(new Error('the canary did not return')));
      },
      stop: () => {},
    }),
  ];
});

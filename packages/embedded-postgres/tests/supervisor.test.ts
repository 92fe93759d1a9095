import { EventEmitter, once } from 'node:events';
import { afterEach, expect, test } from '@jest/globals';
import { type RestartLimits, type Supervisor, superviseServer } from '../src/supervisor.ts';
import { recordingLog } from './scene.ts';

const quick: RestartLimits = { pollMs: 1, starts: 3, windowMs: 60_000, pauseMs: 1 };
let supervisor: Supervisor | undefined;
afterEach(async () => {
  await supervisor?.stop();
});

/** A server that dies when told to, and starts as `outcomes` say: undefined is a success, and so is what comes after them. */
function scriptedServer(outcomes: (Error | undefined)[] = [], limits: RestartLimits = quick) {
  const events = new EventEmitter();
  const state = { alive: true, starts: 0, clock: 0, gaveUp: [] as unknown[] };
  const log = recordingLog();
  supervisor = superviseServer({
    server: {
      isAlive: () => Promise.resolve(state.alive),
      restart: () => {
        state.starts += 1;
        const failure = outcomes.shift();
        if (failure !== undefined) return Promise.reject(failure);
        state.alive = true;
        setImmediate(() => events.emit('up'));
        return Promise.resolve();
      },
    },
    log,
    limits,
    now: () => state.clock,
    onGivenUp: (cause) => {
      state.gaveUp.push(cause);
      events.emit('given up');
    },
  });
  const watched = supervisor;
  return {
    state,
    log,
    supervisor: watched,
    dies: () => {
      state.alive = false;
    },
    isUp: () => once(events, 'up'),
    givenUp: () => once(events, 'given up'),
  };
}

test('starts a server that has died, and goes on watching it', async () => {
  const server = scriptedServer();
  for (const restarts of [1, 2]) {
    const up = server.isUp();
    server.dies();
    await up;
    expect(server.supervisor).toMatchObject({ restarts, state: 'watching' });
  }
  expect(server.state.gaveUp).toEqual([]);
  expect(server.log.messages).toContain('PostgreSQL is up again');
});

test('a start that fails is tried again until the limit; then the owner is told what it failed of, once', async () => {
  const failures = ['first', 'second', 'third', 'never asked for'].map((words) => new Error(words));
  const server = scriptedServer([...failures]);
  const over = server.givenUp();
  server.dies();
  await over;
  expect(server.state).toMatchObject({ starts: 3, gaveUp: [failures[2]] });
  expect(server.supervisor.state).toBe('given-up');
});

test('a server that dies after each start counts against the same limit', async () => {
  const server = scriptedServer();
  for (let start = 0; start < quick.starts; start += 1) {
    const up = server.isUp();
    server.dies();
    await up;
  }
  const over = server.givenUp();
  server.dies();
  await over;
  expect(server.state).toMatchObject({ starts: 3, gaveUp: [undefined] });
});

test('starts of long ago do not count', async () => {
  const server = scriptedServer();
  for (let start = 0; start < 2 * quick.starts; start += 1) {
    const up = server.isUp();
    server.dies();
    await up;
    server.state.clock += quick.windowMs / 2;
  }
  expect(server.state.gaveUp).toEqual([]);
});

test('a stop waits for the start that is under way, and nothing is started after it', async () => {
  const begun = new EventEmitter();
  let finish: () => void = () => {};
  let starts = 0;
  const stopped: Supervisor = superviseServer({
    server: {
      isAlive: () => Promise.resolve(false),
      restart: () => {
        starts += 1;
        begun.emit('begun');
        return new Promise((_resolve, reject) => {
          finish = () => reject(new Error('it was asked to stop'));
        });
      },
    },
    log: recordingLog(),
    limits: quick,
    onGivenUp: () => {
      throw new Error('Nothing was given up');
    },
  });
  await once(begun, 'begun');
  let isOver = false;
  const over = stopped.stop().then(() => {
    isOver = true;
  });
  await new Promise(setImmediate);
  expect(isOver).toBe(false);
  finish();
  await over;
  await stopped.stop();
  expect({ starts, state: stopped.state }).toEqual({ starts: 1, state: 'stopped' });
});

import { describe, expect, test } from '@jest/globals';
import { composeServices, defineService, type Service, serviceContract } from '@pressroom/runtime';

/** A service that takes a turn of the event loop to start and to stop, and writes both down. */
function recorder(name: string, events: string[], failing: readonly string[] = []): Service {
  const act = async (event: string) => {
    await new Promise((resolve) => setImmediate(resolve));
    events.push(event);
    if (failing.includes(event)) throw new Error(`${event} failed`);
  };
  return defineService(name, { start: () => act(`+${name}`), stop: () => act(`-${name}`) });
}

const running = (events: readonly string[]) => () =>
  events.filter((event) => event.startsWith('+')).length >
  events.filter((event) => event.startsWith('-')).length;

describe('defineService keeps the contract', () => {
  const cases = serviceContract(() => {
    const events: string[] = [];
    return { service: recorder('a', events), running: running(events) };
  });
  for (const each of cases) test(each.name, each.run);
});

describe('composeServices keeps the contract', () => {
  const cases = serviceContract(() => {
    const events: string[] = [];
    return {
      service: composeServices('all', [recorder('a', events), recorder('b', events)]),
      running: running(events),
    };
  });
  for (const each of cases) test(each.name, each.run);
});

describe('serviceContract', () => {
  test.each([
    ['starts twice', { start: 2, stop: 1 }],
    ['stops twice', { start: 1, stop: 2 }],
  ])('catches a service that %s', async (_, times) => {
    const outcomes = await Promise.allSettled(
      serviceContract(() => {
        let level = 0;
        const service: Service = {
          name: 'sloppy',
          start: async () => {
            level += times.start === 2 ? 1 : level === 0 ? 1 : 0;
          },
          stop: async () => {
            level -= times.stop === 2 ? 1 : Math.min(1, level);
          },
        };
        return { service, running: () => level !== 0 };
      }).map((each) => each.run()),
    );
    expect(outcomes.some((outcome) => outcome.status === 'rejected')).toBe(true);
  });
});

describe('defineService', () => {
  test('breaks off a start that is stopped, and does not call its stop', async () => {
    const calls: string[] = [];
    const service = defineService('slow', {
      start: (signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      stop: () => void calls.push('stop'),
    });
    const starting = service.start();
    await service.stop('enough');
    await expect(starting).rejects.toThrow('slow was stopped while it started: enough');
    expect(calls).toEqual([]);
  });

  test('gives every caller the failure of the stop', async () => {
    const service = recorder('a', [], ['-a']);
    await service.start();
    await expect(service.stop()).rejects.toThrow('-a failed');
    await expect(service.stop()).rejects.toThrow('-a failed');
  });
});

describe('composeServices', () => {
  test('starts in order and stops in reverse', async () => {
    const events: string[] = [];
    const all = composeServices(
      'all',
      ['a', 'b', 'c'].map((name) => recorder(name, events)),
    );
    await all.start();
    await all.stop();
    expect(events).toEqual(['+a', '+b', '+c', '-c', '-b', '-a']);
  });

  test('stops what had started when a later one cannot start', async () => {
    const events: string[] = [];
    const all = composeServices(
      'all',
      ['a', 'b', 'c'].map((name) => recorder(name, events, ['+c'])),
    );
    await expect(all.start()).rejects.toThrow('+c failed');
    expect(events).toEqual(['+a', '+b', '+c', '-b', '-a']);
  });

  test('stops the others when one cannot stop', async () => {
    const events: string[] = [];
    const all = composeServices(
      'all',
      ['a', 'b'].map((name) => recorder(name, events, ['-b'])),
    );
    await all.start();
    await expect(all.stop()).rejects.toThrow('Parts of all did not stop cleanly');
    expect(events).toEqual(['+a', '+b', '-b', '-a']);
  });
});

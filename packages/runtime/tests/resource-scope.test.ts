import { describe, expect, test } from '@jest/globals';
import { ResourceScope } from '@pressroom/runtime';

describe('ResourceScope', () => {
  test('releases last in, first out, one after the other', async () => {
    const events: string[] = [];
    const scope = new ResourceScope('test');
    for (const name of ['database', 'queue', 'server']) {
      await scope.use(
        name,
        () => name,
        async (resource) => {
          events.push(`releasing ${resource}`);
          await new Promise((resolve) => setImmediate(resolve));
          events.push(`released ${resource}`);
        },
      );
    }
    scope.defer('farewell', () => void events.push('farewell'));
    await scope.close();
    expect(events).toEqual([
      'farewell',
      ...['server', 'queue', 'database'].flatMap((name) => [`releasing ${name}`, `released ${name}`]),
    ]);
  });

  test('releases the others when one fails, and names each failure', async () => {
    const released: string[] = [];
    const scope = new ResourceScope('test');
    scope.defer('a', () => void released.push('a'));
    scope.defer('b', () => {
      throw new Error('b is stuck');
    });
    scope.defer('c', () => Promise.reject(new Error('c is stuck')));
    const failure = await scope.close().catch((error: unknown) => error as AggregateError);
    expect(released).toEqual(['a']);
    expect(failure).toMatchObject({ message: 'Closing test: Cannot release c; Cannot release b' });
    expect((failure as AggregateError).errors).toMatchObject([
      { cause: { message: 'c is stuck' } },
      { cause: { message: 'b is stuck' } },
    ]);
  });

  test('releases only once, however often it is closed', async () => {
    let releases = 0;
    const scope = new ResourceScope('test');
    scope.defer('a', () => {
      releases += 1;
    });
    await Promise.all([scope.close(), scope.close()]);
    expect(releases).toBe(1);
  });

  test('releases at once what was still being opened when it closed', async () => {
    const events: string[] = [];
    const scope = new ResourceScope('test');
    let open: (resource: string) => void = () => {};
    const opening = scope.use(
      'slow',
      () =>
        new Promise<string>((resolve) => {
          open = resolve;
        }),
      (resource) => void events.push(`released ${resource}`),
    );
    await scope.close();
    open('slow');
    await expect(opening).rejects.toThrow('Cannot open slow: test is closing');
    expect(events).toEqual(['released slow']);
  });

  test('opens nothing once it is closed', async () => {
    const scope = new ResourceScope('test');
    await scope.close();
    let opened = false;
    await expect(
      scope.use(
        'late',
        () => {
          opened = true;
        },
        () => {},
      ),
    ).rejects.toThrow('is closing');
    expect(() => scope.defer('late', () => {})).toThrow('is closing');
    expect(opened).toBe(false);
  });
});

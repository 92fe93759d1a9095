import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually, type FaultProxy, signal, startFaultProxy, waitFor, withDeadline } from '../src/index.ts';

const echo = createServer((socket) => {
  socket.on('error', () => {});
  socket.pipe(socket);
});
let target: string;
beforeAll(async () => {
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  target = `redis://user:secret@127.0.0.1:${(echo.address() as AddressInfo).port}/3`;
});
afterAll(async () => {
  echo.close();
  await once(echo, 'close');
});

async function dial(proxy: FaultProxy): Promise<Socket> {
  const socket = connect(proxy.port, '127.0.0.1');
  socket.on('error', () => {});
  await withDeadline(
    Promise.race([once(socket, 'connect'), new Promise((_, reject) => socket.once('error', reject))]),
    5_000,
    'the connection',
  );
  return socket;
}

async function exchange(socket: Socket, text: string): Promise<string> {
  const answer = signal<string>();
  let got = '';
  const listener = (bytes: Buffer) => {
    got += bytes.toString();
    if (got.length >= text.length) answer.resolve(got);
  };
  socket.on('data', listener);
  socket.write(text);
  try {
    return await withDeadline(answer.promise, 10_000, 'the echo');
  } finally {
    socket.off('data', listener);
  }
}

test('passes bytes and ends, and keeps the rest of the target’s URL', async () => {
  const proxy = await startFaultProxy({ target });
  expect(proxy.url).toBe(`redis://user:secret@127.0.0.1:${proxy.port}/3`);
  const socket = await dial(proxy);
  expect(await exchange(socket, 'x'.repeat(1_000_000))).toHaveLength(1_000_000);
  const ended = waitFor(socket, 'end');
  socket.end();
  await ended;
  await proxy.stop();
});

test('refuses, and listens again on the same port', async () => {
  const proxy = await startFaultProxy({ target });
  const socket = await dial(proxy);
  const closed = waitFor(socket, 'close');
  await proxy.setMode('refuse');
  await closed;
  await expect(dial(proxy)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await proxy.setMode('pass');
  expect(await exchange(await dial(proxy), 'hello')).toBe('hello');
  await proxy.stop();
  expect(proxy.connections).toBe(0);
});

test('half-open: accepts and stays silent, then delivers what was held back', async () => {
  const proxy = await startFaultProxy({ target });
  const standing = await dial(proxy);
  expect(await exchange(standing, 'before')).toBe('before');
  await proxy.setMode('half-open');
  const fresh = await dial(proxy);
  let heard = 0;
  for (const socket of [standing, fresh]) socket.on('data', () => heard++);
  const [one, two] = [exchange(standing, 'first'), exchange(fresh, 'second')];
  await expect(withDeadline(one, 300, 'an answer')).rejects.toThrow('Waited 300 ms for an answer in vain');
  expect(heard).toBe(0);
  await proxy.setMode('pass');
  expect(await Promise.all([one, two])).toEqual(['first', 'second']);
  await proxy.setMode('half-open');
  await proxy.stop();
});

test('slow: carries no more than so many bytes a second', async () => {
  const proxy = await startFaultProxy({ target, mode: { bytesPerSecond: 10_000 } });
  const started = performance.now();
  await exchange(await dial(proxy), 'x'.repeat(5_000));
  expect(performance.now() - started).toBeGreaterThan(400);
  await proxy.stop();
});

test('cut: resets what stands and what comes', async () => {
  const proxy = await startFaultProxy({ target });
  const socket = await dial(proxy);
  const reset = waitFor<[NodeJS.ErrnoException]>(socket, 'error');
  await proxy.setMode('cut');
  expect((await reset)[0].code).toBe('ECONNRESET');
  const next = connect(proxy.port, '127.0.0.1');
  const [error] = await waitFor<[NodeJS.ErrnoException]>(next, 'error');
  expect(error.code).toBe('ECONNRESET');
  await proxy.stop();
});

test('cuts once without changing the mode', async () => {
  const proxy = await startFaultProxy({ target });
  const socket = await dial(proxy);
  const closed = waitFor(socket, 'close');
  proxy.cutConnections();
  await closed;
  expect(await exchange(await dial(proxy), 'again')).toBe('again');
  await proxy.stop();
});

test('ends connections whose target has just ended them, and can then refuse', async () => {
  const accepted: Socket[] = [];
  const target = createServer((socket) => {
    socket.on('error', () => {});
    socket.resume();
    accepted.push(socket);
  });
  target.listen(0, '127.0.0.1');
  await once(target, 'listening');
  const { port } = target.address() as AddressInfo;
  const proxy = await startFaultProxy({ target: { host: '127.0.0.1', port } });
  const clients = await Promise.all(Array.from({ length: 8 }, () => dial(proxy)));
  await eventually(() => accepted.length === clients.length);
  await proxy.setMode('half-open');
  const ends = accepted.map((socket) => once(socket.end(), 'finish'));
  await Promise.all(ends);
  // The proxy has the end and holds it back: it goes on with `pass`, and the reset comes in the same turn.
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  await proxy.setMode('pass');
  for (let hop = 0; hop < 20; hop += 1) await Promise.resolve();
  proxy.cutConnections();
  await eventually(() => proxy.connections === 0);
  await withDeadline(proxy.setMode('refuse'), 5_000, 'the proxy to refuse');
  for (const client of clients) client.destroy();
  target.close();
  await once(target, 'close');
});

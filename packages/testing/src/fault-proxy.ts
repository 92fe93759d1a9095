import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { atTeardown } from './run/teardown.ts';
import { type Signal, signal } from './time/signal.ts';

/**
 * - `pass`: a plain proxy.
 * - `refuse`: nothing listens; connections that stood are reset.
 * - `half-open`: connections stand and new ones are accepted, but no byte and no end gets through, in either direction. What
 *   was held back goes on when the mode changes to `pass` or slow.
 * - `cut`: connections that stood are reset, new ones are accepted and reset.
 * - `bytesPerSecond`: each direction of each connection carries at most so many.
 */
export type FaultMode = 'pass' | 'refuse' | 'half-open' | 'cut' | { readonly bytesPerSecond: number };

export interface FaultProxyOptions {
  /** E.g. `{ host: '127.0.0.1', port: 5432 }`, or a URL of any scheme that names both. */
  readonly target: string | { readonly host: string; readonly port: number };
  /** Default `pass`. */
  readonly mode?: FaultMode;
}

export interface FaultProxy {
  readonly port: number;
  /** The target's URL with the proxy's address; without a target URL `tcp://…`. */
  readonly url: string;
  readonly mode: FaultMode;
  /** Clients connected now. */
  readonly connections: number;
  /** Holds from when it resolves. */
  setMode(mode: FaultMode): Promise<void>;
  /** Resets all connections once; the mode stays. */
  cutConnections(): void;
  stop(): Promise<void>;
}

const sliceMs = 50;

/** A TCP proxy on a loopback port that misbehaves on demand, between the code under test and a real server. */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const target = readTarget(options.target);
  const sockets = new Map<Socket, Socket | undefined>();
  let mode: FaultMode = 'pass';
  let changed: Signal<void> = signal();
  let server: Server | undefined;
  let port = 0;

  const resetting = new WeakSet<Socket>();
  /** A socket that is destroyed while it resets itself loses its handle, and never closes. */
  const drop = (socket: Socket | undefined): void => {
    if (socket !== undefined && !resetting.has(socket)) socket.destroy();
  };
  const reset = (socket: Socket): void => {
    if (resetting.has(socket)) return;
    // A reset first waits until all is written: for ever, where the other side does not read.
    if (socket.writableEnded || socket.writableLength > 0) {
      socket.destroy();
      return;
    }
    resetting.add(socket);
    socket.resetAndDestroy();
  };

  const untilMoving = async () => {
    while (mode === 'half-open') await changed.promise;
  };

  const carry = async (from: Socket, to: Socket) => {
    try {
      for await (const chunk of from.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        for (let offset = 0; offset < chunk.length; ) {
          await untilMoving();
          const rate = typeof mode === 'object' ? mode.bytesPerSecond : undefined;
          const size = rate === undefined ? chunk.length : Math.max(1, Math.floor((rate * sliceMs) / 1_000));
          const slice = chunk.subarray(offset, offset + size);
          offset += slice.length;
          // A write to it would destroy it.
          if (resetting.has(to)) return;
          if (!to.write(slice)) await Promise.race([once(to, 'drain'), once(to, 'close')]);
          if (rate !== undefined) await pause((slice.length / rate) * 1_000);
        }
      }
      await untilMoving();
      to.end();
    } catch {
      drop(from);
      drop(to);
    }
  };

  const accept = async (client: Socket) => {
    client.on('error', () => {});
    if (mode === 'cut') {
      reset(client);
      return;
    }
    sockets.set(client, undefined);
    client.once('close', () => {
      drop(sockets.get(client));
      sockets.delete(client);
    });
    await untilMoving();
    if (client.destroyed) return;
    const upstream = connect({ ...target, allowHalfOpen: true });
    sockets.set(client, upstream);
    upstream.on('error', () => reset(client));
    void carry(client, upstream);
    void carry(upstream, client);
  };

  const listen = async () => {
    if (server !== undefined) return;
    server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => void accept(client));
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  };
  const cutConnections = () => {
    for (const client of sockets.keys()) reset(client);
  };
  const unlisten = async () => {
    const old = server;
    server = undefined;
    const closing = [...sockets.keys(), ...(old === undefined ? [] : [old])].map(closed);
    old?.close();
    cutConnections();
    await Promise.all(closing);
  };

  const setMode = async (next: FaultMode) => {
    mode = next;
    changed.resolve();
    changed = signal();
    if (next === 'refuse') return await unlisten();
    if (next === 'cut') cutConnections();
    await listen();
  };
  await listen();
  await setMode(options.mode ?? 'pass');

  const stop = async () => {
    forget();
    await setMode('refuse');
  };
  const forget = atTeardown(stop);
  return {
    port,
    url: proxiedUrl(options.target, port),
    get mode() {
      return mode;
    },
    get connections() {
      return sockets.size;
    },
    setMode,
    cutConnections,
    stop,
  };
}

/** Also when a reset has failed, of which no `close` tells. */
function closed(each: Socket | Server): Promise<void> {
  return new Promise((resolve) => {
    each.once('close', () => resolve());
    each.on('error', (error: NodeJS.ErrnoException) => {
      if (error.syscall === 'reset') resolve();
    });
  });
}

function readTarget(target: FaultProxyOptions['target']): { host: string; port: number } {
  if (typeof target !== 'string') return target;
  const { hostname, port } = new URL(target);
  if (port === '') throw new Error(`The proxy's target must name a port: ${target}`);
  return { host: hostname, port: Number(port) };
}

function proxiedUrl(target: FaultProxyOptions['target'], port: number): string {
  const url = new URL(typeof target === 'string' ? target : 'tcp://127.0.0.1');
  url.host = `127.0.0.1:${port}`;
  return url.href;
}

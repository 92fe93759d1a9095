import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Log, PressroomError } from '@pressroom/domain';
import { defineService, type Service } from '@pressroom/runtime';
import type { Health } from './health.ts';
import type { Metrics } from './metrics.ts';

export interface HealthServerOptions {
  /** Loopback when absent. */
  readonly host?: string | undefined;
  /** 0 takes any free one. */
  readonly port: number;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly log: Log;
}

export interface HealthServer extends Service {
  /** Throws before `start` has resolved. */
  address(): AddressInfo;
  /** `http://127.0.0.1:9090`. */
  url(): string;
}

/**
 * The small server beside a worker: `/health/live`, `/health/ready`, `/health` and `/metrics`, without login, on loopback
 * unless told otherwise. Throws `settings-invalid` when it cannot listen where it was told to.
 */
export function createHealthServer(options: HealthServerOptions): HealthServer {
  const host = options.host ?? '127.0.0.1';
  const server = createServer((request, response) => {
    answer(request, options).then(
      (reply) => send(request, response, reply),
      (error: unknown) => {
        options.log.error({ err: error }, 'A health request failed');
        send(request, response, json(500, { error: 'internal' }));
      },
    );
  });
  server.requestTimeout = 5_000;
  server.headersTimeout = 5_000;
  server.maxConnections = 100;

  const address = (): AddressInfo => {
    const bound = server.address();
    if (bound === null || typeof bound === 'string') throw new Error('The health server is not listening');
    return bound;
  };
  const url = () => {
    const { address: ip, port, family } = address();
    return `http://${family === 'IPv6' ? `[${ip}]` : ip}:${port}`;
  };
  const service = defineService('health-server', {
    start: async () => {
      await listen(server, host, options.port);
      options.log.info({ url: url() }, 'Health and metrics are served');
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        // A scraper's kept-alive connection, or one that dawdles, does not hold up the end of the process.
        server.closeAllConnections();
      }),
  });
  return { ...service, address, url };
}

interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

async function answer(request: IncomingMessage, { health, metrics }: HealthServerOptions): Promise<Reply> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return json(405, { error: 'method-not-allowed' });
  switch (request.url?.split('?')[0]) {
    case '/health/live': {
      const live = health.live();
      return json(live.alive ? 200 : 503, live);
    }
    case '/health/ready': {
      const { ready, report } = await health.ready();
      return json(ready ? 200 : 503, { ready, state: report.state });
    }
    case '/health': {
      const { ready, report } = await health.ready();
      return json(ready ? 200 : 503, report);
    }
    case '/metrics':
      return { status: 200, contentType: metrics.contentType, body: await metrics.render() };
    default:
      return json(404, { error: 'not-found' });
  }
}

function json(status: number, value: unknown): Reply {
  return { status, contentType: 'application/json', body: `${JSON.stringify(value)}\n` };
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, contentType, body }: Reply,
): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const message = `Cannot listen on ${host}:${port}: ${cause.code ?? cause.message}`;
      reject(new PressroomError('settings-invalid', message, { cause }));
    });
    server.listen({ host, port }, resolve);
  });
}

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PressroomError } from '@pressroom/domain';
import { defineService, type Service } from '@pressroom/runtime';
import { createApp } from './app.ts';
import { type ApiTiming, defaultTiming } from './endpoints/endpoint-context.ts';
import { createGuessLimit } from './http/rate-limits.ts';
import { StreamSlots } from './http/stream-slots.ts';
import type { ApiResources, InspectUpload } from './ports.ts';
import { inspectUpload } from './services/inspect-upload.ts';
import { createOperatorAccess } from './services/operator-access.ts';

export interface ApiOptions extends ApiResources {
  /** The real one when absent. */
  readonly inspectUpload?: InspectUpload;
  readonly timing?: Partial<ApiTiming>;
}

export interface Api extends Service {
  /** Throws before `start` has resolved. */
  address(): AddressInfo;
  /** What clients use: the public URL where one is set, else `http://127.0.0.1:3000`. */
  url(): string;
}

const guessesPerMinute = 10;
/** Of the whole grace; the rest is for what the process has to do after. */
const graceShare = 0.8;

/**
 * The HTTP API as a service. Its stop: not ready any more, no new connections, event streams and waits end at once (clients
 * resume), other requests may finish within the grace, then whatever is left is cut.
 */
export function createApi(options: ApiOptions): Api {
  const { config, log, health } = options;
  const stopping = new AbortController();
  const cut = new AbortController();
  const timing = { ...defaultTiming, ...options.timing };
  const app = createApp(
    {
      ...options,
      inspectUpload: options.inspectUpload ?? inspectUpload,
      operators: createOperatorAccess({
        ...options,
        token: config.operator.token,
        sessionHours: config.operator.sessionHours,
      }),
      guesses: createGuessLimit(guessesPerMinute),
      streams: new StreamSlots(timing.streamsPerAccount),
      timing,
      stopping: stopping.signal,
    },
    cut.signal,
  );
  const server = createServer(
    { headersTimeout: 30_000, requestTimeout: 900_000, keepAliveTimeout: 65_000 },
    app,
  );
  // A reader that takes nothing would otherwise keep its file open for ever.
  server.setTimeout(timing.socketIdleMs);
  const address = (): AddressInfo => {
    const found = server.address();
    if (found === null || typeof found === 'string') throw new Error('The API does not listen yet');
    return found;
  };

  const service = defineService('api', {
    start: async () => {
      await listen(server, config.http);
      const { address: host, port } = address();
      log.info({ host, port }, 'The API listens');
    },
    stop: async (reason) => {
      health.setPhase('stopping');
      stopping.abort(reason);
      await closeServer(server, config.shutdownGraceMs * graceShare, () => cut.abort(reason));
    },
  });
  return { ...service, address, url: () => config.http.publicUrl ?? localUrl(address()) };
}

async function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (cause) {
    const code = String((cause as { code?: unknown }).code);
    const why = code === 'EADDRINUSE' ? 'another program uses that port' : code;
    throw new PressroomError('settings-invalid', `Cannot listen on ${host}:${port}: ${why}`, {
      cause,
      facts: { problems: [`PRESSROOM_HOST and PRESSROOM_PORT: ${why}`] },
    });
  }
}

/** `close` waits for connections that are kept alive; those are closed as soon as they are idle. */
async function closeServer(server: Server, graceMs: number, cut: () => void): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const timer = setTimeout(() => {
    cut();
    server.closeAllConnections();
  }, graceMs);
  try {
    await closed;
  } finally {
    clearInterval(sweep);
    clearTimeout(timer);
  }
}

function localUrl({ address, family, port }: AddressInfo): string {
  const everywhere = address === '0.0.0.0' || address === '::';
  const host = everywhere ? '127.0.0.1' : family === 'IPv6' ? `[${address}]` : address;
  return `http://${host}:${port}`;
}

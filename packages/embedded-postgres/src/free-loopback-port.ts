import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/**
 * Below the ranges from which systems take the near ends of outgoing connections (Linux: 32,768 on; others: 49,152 on). A
 * port from there may be such an end by the time that a server which was stopped wants to listen on it again.
 */
const lowest = 15_000;
const highest = 32_767;
const mostTries = 100;

/**
 * A port that was free a moment ago. Somebody may take it before it is used: try again then.
 * Errors thrown: the system's own, when no port could be had.
 */
export async function freeLoopbackPort(): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    const server = createServer();
    server.listen(lowest + Math.floor(Math.random() * (highest - lowest + 1)), '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || tries === mostTries) throw error;
      continue;
    }
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    return port;
  }
}

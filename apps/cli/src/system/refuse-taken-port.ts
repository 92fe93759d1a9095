import { once } from 'node:events';
import { createServer } from 'node:net';

/** Throws, in words for a person, when another program listens on this port. Otherwise a watched API would fail again and again. */
export async function refuseTakenPort(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new Error(
      `Port ${port} cannot be used (${(cause as NodeJS.ErrnoException).code ?? 'unknown'}): perhaps another Pressroom runs. ` +
        'Stop it, or take another port: npm run dev -- --port 3001',
      { cause },
    );
  }
  server.close();
  await once(server, 'close');
}

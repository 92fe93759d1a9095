/** Sources that a program asks for again and again: the robots.txt of their server decides. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { fetchUrl, publicUrlRules, robotsPermit, type UrlRules } from '@pressroom/web';
import { documentHarness, rejectionOf, settings } from './document-harness.ts';

const { signal } = new AbortController();
let server: Server;
let port: number;
let rules: UrlRules;
let robots: RequestListener;
let asked: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.headers.host?.split(':')[0]} ${request.url}`);
    if (request.url === '/robots.txt') robots(request, response);
    else if (request.url === '/moved')
      response.writeHead(302, { location: `http://other.example:${port}/private/a` }).end();
    else
      response
        .setHeader('content-type', 'text/plain')
        .end('The tide turned at noon, and the boats went out again.');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  rules = {
    ...publicUrlRules,
    maxBytes: 5_000_000,
    ports: [port],
    mayConnect: (address) => address === '127.0.0.1',
    resolve: () => Promise.resolve(['127.0.0.1']),
  };
});
beforeEach(() => {
  asked = [];
  robots = says(
    'User-agent: *\nDisallow: /private\nAllow: /private/open\n\nUser-agent: pressroom\nDisallow: /private\nDisallow: /ours\n',
  );
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function says(text: string): RequestListener {
  return (_, response) => void response.setHeader('content-type', 'text/plain').end(text);
}

async function read(path: string): Promise<string> {
  const { body } = await fetchUrl(`http://site.example:${port}${path}`, rules, signal, robotsPermit(rules));
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

test('reads what it allows, and asks a server once', async () => {
  await expect(read('/page')).resolves.toContain('tide');
  expect(asked).toEqual(['site.example /robots.txt', 'site.example /page']);
});

test.each(['/private/a', '/ours', '/private/open'])(
  'does not ask for %s, which our own group disallows',
  async (path) => {
    expect(await rejectionOf(read(path))).toMatchObject({ code: 'url-disallowed' });
    expect(asked).toEqual(['site.example /robots.txt']);
  },
);

test('asks the server of a redirect before it follows', async () => {
  expect(await rejectionOf(read('/moved'))).toMatchObject({ code: 'url-disallowed' });
  expect(asked).toEqual(['site.example /robots.txt', 'site.example /moved', 'other.example /robots.txt']);
});

test('a server without one allows everything; one that fails, nothing for now', async () => {
  robots = (_, response) => void response.writeHead(404).end();
  await expect(read('/private/a')).resolves.toContain('tide');
  robots = (_, response) => void response.writeHead(403).end();
  await expect(read('/private/a')).resolves.toContain('tide');
  robots = (_, response) => void response.writeHead(503).end();
  expect(await rejectionOf(read('/page'))).toMatchObject({ code: 'url-unreachable' });
});

test('what comes after half a megabyte does not count, and is not waited for', async () => {
  const long = `User-agent: *\nDisallow: /private\n${'# nothing\n'.repeat(60_000)}Disallow: /page\n`;
  robots = (_, response) => void response.write(long);
  await expect(read('/page')).resolves.toContain('tide');
  expect(await rejectionOf(read('/private/a'))).toMatchObject({ code: 'url-disallowed' });
});

test('only of scheduled sources: what a person asks for is read', async () => {
  const harness = await documentHarness();
  const options = { settings: { ...settings, urls: rules } };
  try {
    const url = `http://site.example:${port}/private/a`;
    expect(await rejectionOf(harness.run({ url, scheduled: true }, options))).toMatchObject({
      code: 'url-disallowed',
    });
    await expect(harness.run({ url }, options)).resolves.toMatchObject({ output: { format: 'text' } });
  } finally {
    await harness.close();
  }
});

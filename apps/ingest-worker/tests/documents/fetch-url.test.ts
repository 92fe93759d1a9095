import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fetchUrl, isPublicAddress, publicUrlRules, type UrlRules } from '@pressroom/web';
import { type DocumentHarness, documentHarness, rejectionOf, settings } from './document-harness.ts';

const { signal } = new AbortController();
let server: Server;
let port: number;
const asked: string[] = [];
const pages: Record<string, RequestListener> = {
  '/page': (_, response) =>
    response
      .setHeader('content-type', 'text/html; charset=utf-8')
      .end(
        '<html><head><title>Tides</title></head><body><article><p>The tide turned at noon.</p></article></body></html>',
      ),
  '/moved': (_, response) => response.writeHead(302, { location: '/page' }).end(),
  '/inside': (_, response) => response.writeHead(302, { location: `http://10.0.0.7:${port}/page` }).end(),
  '/inside-name': (_, response) =>
    response.writeHead(302, { location: `http://inside.example:${port}/page` }).end(),
  '/file': (_, response) => response.writeHead(307, { location: 'file:///etc/passwd' }).end(),
  '/round': (_, response) => response.writeHead(301, { location: '/round' }).end(),
  '/gone': (_, response) => response.writeHead(410).end(),
  '/busy': (_, response) => response.writeHead(503).end(),
  '/film': (_, response) => response.setHeader('content-type', 'video/mp4').end('film'),
  '/declared': (_, response) => response.writeHead(200, { 'content-length': '9000000' }).write('a'),
  '/endless': (request, response) => {
    response.setHeader('content-type', 'text/plain');
    const more = (): void => {
      while (!request.destroyed && response.write('x'.repeat(65_536)));
    };
    response.on('drain', more);
    more();
  },
  '/bomb': (_, response) =>
    response
      .writeHead(200, { 'content-type': 'text/plain', 'content-encoding': 'gzip' })
      .end(gzipSync(Buffer.alloc(50_000_000))),
  '/zipped': (_, response) =>
    response
      .writeHead(200, { 'content-type': 'text/plain', 'content-encoding': 'gzip' })
      .end(gzipSync('small')),
  '/broken-zip': (_, response) =>
    response.writeHead(200, { 'content-type': 'text/plain', 'content-encoding': 'gzip' }).end('no zip'),
  // One byte, and then nothing more.
  '/drip': (_, response) => void response.setHeader('content-type', 'text/plain').write('.'),
  '/silent': () => {},
};

/** The test's own server stands for the public internet, and everything else is what it is. */
let rules: UrlRules;
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.headers.host} ${request.url}`);
    pages[request.url ?? '']?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  rules = {
    ...publicUrlRules,
    maxBytes: 1_000_000,
    timeoutMs: 20_000,
    ports: [80, 443, port],
    mayConnect: (address) => address === '127.0.0.1' || isPublicAddress(address),
    resolve: (name) => Promise.resolve(name === 'inside.example' ? ['10.0.0.7'] : ['127.0.0.1']),
  };
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function read(path: string, changes: Partial<UrlRules> = {}) {
  const found = await fetchUrl(`http://site.example:${port}${path}`, { ...rules, ...changes }, signal);
  const pieces: Buffer[] = [];
  for await (const piece of found.body) pieces.push(piece);
  return { ...found, text: Buffer.concat(pieces).toString() };
}

describe('an address', () => {
  test.each([
    'http://127.0.0.1/',
    'http://0x7f000001/',
    'http://2130706433/',
    'http://0177.0.0.1/',
    'http://127.1/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://[fe80::1]/',
    'http://[fd00::1]/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[fd00:ec2::254]/',
    'http://10.1.2.3/',
    'http://172.31.0.1/',
    'http://192.168.0.1/',
    'http://100.100.100.200/',
    'http://0.0.0.0/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
    'http://１２７.0.0.1/',
    'http://user:secret@8.8.8.8/',
    'http://8.8.8.8:22/',
    'ftp://8.8.8.8/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'nothing',
  ])('%s is refused before anything is sent', async (address) => {
    const error = await rejectionOf(fetchUrl(address, publicUrlRules, signal));
    expect(error.code).toBe('url-not-allowed');
  });

  test('of the public internet may be connected to', () => {
    for (const address of ['8.8.8.8', '93.184.215.14', '172.32.0.1', '2606:4700::1111', '2a00:1450::'])
      expect([address, isPublicAddress(address)]).toEqual([address, true]);
    for (const address of ['', 'localhost', '1.2.3', 'fe80::1%eth0', '2001:db8::1', '2001::1'])
      expect([address, isPublicAddress(address)]).toEqual([address, false]);
  });

  test('whose name leads inside is refused, also when only one of its addresses does', async () => {
    for (const addresses of [['127.0.0.1'], ['93.184.215.14', '10.0.0.1'], ['::ffff:10.0.0.1']]) {
      const resolve = () => Promise.resolve(addresses);
      const error = await rejectionOf(
        fetchUrl('http://site.example/', { ...publicUrlRules, resolve }, signal),
      );
      expect(error.code).toBe('url-not-allowed');
    }
  });

  test('whose name answers otherwise the second time is connected to as it was checked', async () => {
    const answers = [['127.0.0.1'], ['10.0.0.7']];
    const resolve = () => Promise.resolve(answers.shift() ?? []);
    expect((await read('/page', { resolve })).text).toContain('The tide turned');
    // Looked up once a hop, never once to check and once to connect.
    expect(answers).toHaveLength(1);
    const again = await rejectionOf(read('/page', { resolve }));
    expect(again.code).toBe('url-not-allowed');
  });

  test('that redirects is followed to where it leads, and not inside', async () => {
    expect(await read('/moved')).toMatchObject({
      url: `http://site.example:${port}/page`,
      mediaType: 'text/html',
    });
    for (const path of ['/inside', '/inside-name', '/file']) {
      asked.length = 0;
      expect((await rejectionOf(read(path))).code).toBe('url-not-allowed');
      expect(asked).toEqual([`site.example:${port} ${path}`]);
    }
    asked.length = 0;
    expect((await rejectionOf(read('/round'))).code).toBe('url-refused');
    expect(asked).toHaveLength(rules.maxRedirects + 1);
  });

  test.each([
    ['/gone', 'url-refused'],
    ['/busy', 'url-unreachable'],
    ['/declared', 'asset-too-large'],
    ['/endless', 'asset-too-large'],
    ['/bomb', 'asset-too-large'],
    ['/broken-zip', 'url-unreachable'],
  ])('%s ends in %s', async (path, code) => {
    expect((await rejectionOf(read(path))).code).toBe(code);
  });

  test.each(['/drip', '/silent'])('%s is given up in time', async (path) => {
    expect((await rejectionOf(read(path, { timeoutMs: 200 }))).code).toBe('url-unreachable');
  });

  test('that is compressed is read', async () => {
    expect((await read('/zipped')).text).toBe('small');
  });

  test('is given up with the reason of an abort', async () => {
    const controller = new AbortController();
    const reading = fetchUrl(`http://site.example:${port}/silent`, rules, controller.signal);
    controller.abort(new Error('cancelled'));
    expect((await rejectionOf(reading)).message).toBe('cancelled');
  });
});

describe('a document by its address', () => {
  let harness: DocumentHarness;
  beforeAll(async () => {
    harness = await documentHarness();
  });
  afterAll(() => harness.close());

  test('is ingested, and kept as it came', async () => {
    const options = { settings: { ...settings, urls: rules } };
    const { output, result } = await harness.run({ url: `http://site.example:${port}/moved` }, options);
    expect(output).toMatchObject({ format: 'html', title: 'Tides', source: { mediaType: 'text/html' } });
    expect(output.source.url).toBe(`http://site.example:${port}/page`);
    expect(result.assets.map(({ role }) => role)).toEqual(['document', 'original']);
    expect(await harness.store.stat(output.source.storageKey)).toEqual({ bytes: output.source.bytes });
    const again = await harness.run({ url: `http://site.example:${port}/page` }, options);
    expect(again.output).toMatchObject({ reused: true, digest: output.digest });
  });

  test('that is no document, or inside, fails by name', async () => {
    const options = { settings: { ...settings, urls: rules } };
    const film = await rejectionOf(harness.run({ url: `http://site.example:${port}/film` }, options));
    expect(film).toMatchObject({ code: 'unsupported-type', message: expect.stringContaining('video/mp4') });
    const inside = await rejectionOf(harness.run({ url: `http://site.example:${port}/page` }));
    expect(inside.code).toBe('url-not-allowed');
  });
});

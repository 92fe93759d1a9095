import { lookup } from 'node:dns/promises';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { isPressroomError, limitSignal, PressroomError } from '@pressroom/domain';
import { isPublicAddress } from './public-address.ts';

export interface UrlRules {
  /** Of the body, after decompression. */
  readonly maxBytes: number;
  /** From the first look-up to the last byte, redirects included. */
  readonly timeoutMs: number;
  readonly maxRedirects: number;
  readonly ports: readonly number[];
  /** Asked about every address before anything is sent to it. */
  readonly mayConnect: (address: string) => boolean;
  /** All addresses of a name. */
  readonly resolve: (name: string) => Promise<readonly string[]>;
}

export const publicUrlRules: UrlRules = {
  maxBytes: 50_000_000,
  timeoutMs: 60_000,
  maxRedirects: 5,
  ports: [80, 443],
  mayConnect: isPublicAddress,
  resolve: async (name) => (await lookup(name, { all: true })).map(({ address }) => address),
};

export interface FetchedUrl {
  /** Where the bytes came from, after redirects. */
  readonly url: string;
  /** As the server says, without parameters; lower case. */
  readonly mediaType: string;
  /** Ends with an error above the limits. */
  readonly body: AsyncIterable<Buffer>;
}

/** By which servers know us, also in their robots.txt. */
export const productToken = 'Pressroom';
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** The server is there and says "later". */
const laterStatuses: ReadonlySet<number> = new Set([408, 425, 429]);

/** Asked about every hop before anything is sent to it; throws what the fetch is to throw. */
export type HopPermit = (url: URL, signal: AbortSignal) => Promise<void>;

/**
 * Fetches an address that a user gave. Every hop is checked anew, and the address that is connected to is the one that was
 * checked: the look-up is made once, for the connection itself, so a name cannot answer otherwise in between.
 *
 * Errors thrown, also while the body is read: `url-not-allowed`, `url-refused`, `url-unreachable`, `asset-too-large`, and what
 * `permit` throws; an abort throws the signal's reason.
 */
export async function fetchUrl(
  address: string,
  rules: UrlRules,
  signal: AbortSignal,
  permit: HopPermit = async () => {},
): Promise<FetchedUrl> {
  const limited = limitSignal(signal, rules.timeoutMs);
  const naming = (error: unknown): unknown => {
    if (signal.aborted) return signal.reason;
    if (limited.timedOut) return unreachable(`The server took longer than ${rules.timeoutMs} ms`, error);
    return isPressroomError(error) ? error : unreachable('The server cannot be reached', error);
  };
  try {
    let url = checkedUrl(address, undefined, rules);
    for (let hops = 0; ; hops += 1) {
      signal.throwIfAborted();
      await permit(url, limited.signal);
      const response = await open(url, rules, limited.signal);
      const { statusCode = 0, headers } = response;
      if (redirects.has(statusCode) && headers.location !== undefined) {
        response.destroy();
        if (hops >= rules.maxRedirects)
          throw new PressroomError(
            'url-refused',
            `The address redirects more than ${rules.maxRedirects} times`,
          );
        url = checkedUrl(headers.location, url, rules);
        continue;
      }
      checkStatus(response, rules);
      return {
        url: url.href,
        mediaType: (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '',
        body: bounded(response, rules, naming, () => limited.release()),
      };
    }
  } catch (error) {
    limited.release();
    throw naming(error);
  }
}

function checkedUrl(address: string, base: URL | undefined, rules: UrlRules): URL {
  let url: URL;
  try {
    url = new URL(address, base);
  } catch (cause) {
    throw new PressroomError('url-not-allowed', 'This is no address', { cause });
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw notAllowed('Only http and https addresses can be read');
  if (url.username !== '' || url.password !== '')
    throw notAllowed('An address with a name and a password in it is not read');
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  if (!rules.ports.includes(port)) throw notAllowed(`Port ${port} is not one that may be read from`);
  const host = bareHost(url);
  if (isIP(host) !== 0 && !rules.mayConnect(host)) throw notPublic();
  url.hash = '';
  return url;
}

/** `[::1]` → `::1`. The parser has turned every other way of writing an IPv4 address into the usual one. */
function bareHost(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

async function open(url: URL, rules: UrlRules, signal: AbortSignal): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return await new Promise((resolve, reject) => {
    const sent = request(url, {
      agent: false,
      signal,
      lookup: checkedLookup(rules),
      headers: {
        accept: 'text/html, application/pdf, text/*;q=0.9, */*;q=0.5',
        'accept-encoding': 'gzip, deflate, br',
        'user-agent': productToken,
      },
    });
    sent.once('response', resolve);
    // Also after the response: whoever reads the body is told by the response itself.
    sent.on('error', reject);
    sent.once('socket', (socket) =>
      socket.once('connect', () => {
        const remote = socket.remoteAddress;
        if (remote === undefined || !rules.mayConnect(remote)) sent.destroy(notPublic());
      }),
    );
    sent.end();
  });
}

/** One address that may not be connected to spoils the name: nobody honest mixes them. */
function checkedLookup(rules: UrlRules): LookupFunction {
  return (name, options, callback) => void answer(name, options, callback);

  async function answer(...[name, options, callback]: Parameters<LookupFunction>): Promise<void> {
    let addresses: readonly string[];
    try {
      addresses = await rules.resolve(name);
      if (addresses.length === 0) throw unreachable('The name has no address', undefined);
      if (!addresses.every((address) => rules.mayConnect(address))) throw notPublic();
    } catch (error) {
      callback(error as NodeJS.ErrnoException, '');
      return;
    }
    const found = addresses.map((address) => ({ address, family: isIP(address) }));
    if (options.all === true) callback(null, found);
    else callback(null, found[0]?.address ?? '', found[0]?.family);
  }
}

function checkStatus(response: IncomingMessage, { maxBytes }: UrlRules): void {
  const { statusCode = 0, headers } = response;
  if (statusCode === 200) {
    if (Number(headers['content-length'] ?? 0) <= maxBytes) return;
    response.destroy();
    throw tooLarge(maxBytes);
  }
  response.destroy();
  if (statusCode >= 500 || laterStatuses.has(statusCode))
    throw unreachable(`The server answers with ${statusCode}`, undefined);
  throw new PressroomError('url-refused', `The server answers with ${statusCode}`);
}

async function* bounded(
  response: IncomingMessage,
  { maxBytes }: UrlRules,
  naming: (error: unknown) => unknown,
  done: () => void,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  try {
    for await (const piece of decoded(response) as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      yield piece;
    }
  } catch (error) {
    throw naming(error);
  } finally {
    response.destroy();
    done();
  }
}

/** A map, since a server may name an encoding as what every object has. */
const decoders: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

function decoded(response: IncomingMessage): Readable {
  const encoding = (response.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const decoder = decoders.get(encoding);
  if (decoder !== undefined) {
    // Errors of either come out of the decoder, which is what is read.
    return pipeline(response, decoder(), () => {});
  }
  if (encoding === 'identity' || encoding === '') return response;
  throw new PressroomError(
    'url-refused',
    `The server sends an encoding that is not known: ${encoding.slice(0, 40)}`,
  );
}

function notPublic(): PressroomError {
  return notAllowed('The address leads to a machine that is not on the public internet');
}

function notAllowed(message: string): PressroomError {
  return new PressroomError('url-not-allowed', message);
}

function unreachable(message: string, cause: unknown): PressroomError {
  return new PressroomError('url-unreachable', message, cause === undefined ? {} : { cause });
}

function tooLarge(maxBytes: number): PressroomError {
  return new PressroomError('asset-too-large', `What the address gives has more than ${maxBytes} bytes`, {
    facts: { maxBytes },
  });
}

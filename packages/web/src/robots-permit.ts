import { isPressroomError, PressroomError } from '@pressroom/domain';
import robotsModule from 'robots-parser';
import { fetchUrl, type HopPermit, productToken, type UrlRules } from './fetch-url.ts';

/** What a parser must read of a robots.txt at least (RFC 9309, 2.5); what comes after does not count. */
const readBytes = 512_000;
const timeoutMs = 20_000;

/** The package is CommonJS whose export is the function itself; its types tell of one under `default`. */
const robotsParser = robotsModule as unknown as (typeof robotsModule)['default'];
type Robots = ReturnType<typeof robotsParser>;

/**
 * Lets pass what the robots.txt of each hop's server lets pass (RFC 9309): a server that has none, or does not show it, allows
 * everything; one that cannot be reached, or fails, allows nothing for now. Each server is asked once by the same permit.
 *
 * Errors thrown by the permit: `url-disallowed`, and those of a fetch but `url-refused`.
 */
export function robotsPermit(rules: UrlRules): HopPermit {
  const known = new Map<string, Promise<Robots | undefined>>();
  return async (url, signal) => {
    const { origin } = url;
    const asked = known.get(origin) ?? askRobots(origin, rules, signal);
    known.set(origin, asked);
    const robots = await asked;
    if (robots?.isAllowed(url.href, productToken) === false) {
      throw new PressroomError('url-disallowed', `The robots.txt of ${url.host} disallows this address`);
    }
  };
}

async function askRobots(origin: string, rules: UrlRules, signal: AbortSignal): Promise<Robots | undefined> {
  const address = `${origin}/robots.txt`;
  try {
    const { body } = await fetchUrl(
      address,
      { ...rules, timeoutMs: Math.min(timeoutMs, rules.timeoutMs) },
      signal,
    );
    const pieces: Buffer[] = [];
    let bytes = 0;
    for await (const piece of body) {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes >= readBytes) break;
    }
    return robotsParser(address, Buffer.concat(pieces).subarray(0, readBytes).toString('utf8'));
  } catch (error) {
    // It is not there, or not for us: then nothing is said about anything.
    if (isPressroomError(error) && error.code === 'url-refused') return undefined;
    throw error;
  }
}

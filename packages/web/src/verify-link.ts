import { isPressroomError } from '@pressroom/domain';
import { fetchUrl, type UrlRules } from './fetch-url.ts';

/**
 * - `alive`: the server gives something.
 * - `dead`: it says that there is nothing, or nothing for us.
 * - `refused`: the address must not be read: it leads to no public machine, or is none.
 * - `unreachable`: nobody answered properly in time.
 */
export type LinkState = 'alive' | 'dead' | 'refused' | 'unreachable';

/** Milliseconds for one link, redirects included. */
const linkTimeoutMs = 10_000;

/** Whether an address leads somewhere that a reader may be sent to: read as far as the first bytes. An abort throws the signal's reason. */
export async function verifyLink(url: string, rules: UrlRules, signal: AbortSignal): Promise<LinkState> {
  try {
    const limits = { ...rules, timeoutMs: Math.min(linkTimeoutMs, rules.timeoutMs) };
    const { body } = await fetchUrl(url, limits, signal);
    for await (const _ of body) break;
    return 'alive';
  } catch (error) {
    signal.throwIfAborted();
    if (!isPressroomError(error)) throw error;
    switch (error.code) {
      case 'url-not-allowed':
        return 'refused';
      case 'url-refused':
        return 'dead';
      // Larger than a document may be: there is something all the same.
      case 'asset-too-large':
        return 'alive';
      default:
        return 'unreachable';
    }
  }
}

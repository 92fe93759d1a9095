/** Parameters that say where a reader came from and nothing about what is read. */
const tracking = /^(utm_.*|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|ref|ref_src|feature|si)$/;

/**
 * The same for addresses that lead to the same thing, as far as one can tell without asking: what duplicates are known by. Undefined for
 * what is no address of the web.
 */
export function canonicalUrl(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  const host = url.hostname.replace(/^(www|m)\./, '');
  const video =
    host === 'youtu.be'
      ? url.pathname.slice(1)
      : host === 'youtube.com' && url.pathname === '/watch'
        ? url.searchParams.get('v')
        : undefined;
  if (video !== undefined && video !== null && video !== '') return `youtube.com/watch?v=${video}`;
  const kept = [...url.searchParams].filter(([name]) => !tracking.test(name)).sort(byName);
  const query = kept
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
  const port = url.port === '' ? '' : `:${url.port}`;
  return `${host}${port}${url.pathname.replace(/\/+$/, '')}${query === '' ? '' : `?${query}`}`;
}

function byName([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

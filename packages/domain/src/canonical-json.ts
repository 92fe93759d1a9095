/**
 * The one spelling of a JSON value: keys sorted by their UTF-16 code units, no spaces, absent members left out (as RFC 8785 does).
 * Values that are equal as JSON give the same text, however their keys were ordered.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sortKeys(value));
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, entry]) => [key, sortKeys(entry)]));
}

// What a test file started and did not end is ended after its last hook by our Jest environment, which lives outside the
// file's own realm: the two meet at a well-known symbol.

export type Release = () => void | Promise<void>;

const key = Symbol.for('pressroom.testing.releases');

/**
 * Has `release` run once this test file is over, last registered first. Returns a function that takes it back, for those
 * who ended the thing themselves. Outside Jest nothing runs it.
 */
export function atTeardown(release: Release): () => void {
  const releases = releasesOf(globalThis);
  releases.add(release);
  return () => void releases.delete(release);
}

/** Runs and forgets what was registered in `realm`; one that fails does not keep the others from running. */
export async function releaseAll(realm: object): Promise<readonly unknown[]> {
  const releases = releasesOf(realm);
  const errors: unknown[] = [];
  for (const release of [...releases].reverse()) {
    releases.delete(release);
    try {
      await release();
    } catch (error) {
      errors.push(error);
    }
  }
  return errors;
}

function releasesOf(realm: object): Set<Release> {
  const slots = realm as { [key]?: Set<Release> };
  slots[key] ??= new Set();
  return slots[key];
}

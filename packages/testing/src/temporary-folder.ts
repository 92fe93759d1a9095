import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atTeardown } from './run/teardown.ts';

export interface TemporaryFolder {
  readonly path: string;
  /** Removes it with all it holds; by itself that happens when the test file is over. */
  remove(): Promise<void>;
}

/** A new folder below the system's temporary one. Others may pass through it: a PostgreSQL started by root must. */
export async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), 'pressroom-test-'));
  await chmod(path, 0o711);
  const remove = async () => {
    forget();
    // Programs that are just ending may still write: try again for a moment.
    await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  const forget = atTeardown(remove);
  return { path, remove };
}

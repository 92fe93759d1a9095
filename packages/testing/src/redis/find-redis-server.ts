import { type FindProgramOptions, type FoundProgram, findProgram } from '../programs/find-program.ts';

/** Throws, naming what to install, when there is no Redis and none can be fetched. */
export async function findRedisServer(options: FindProgramOptions = {}): Promise<FoundProgram> {
  return await findProgram(
    {
      title: 'Redis',
      names: ['redis-server', 'valkey-server'],
      packages: ['redis-server', 'redis-tools'],
      unpackedPath: 'usr/bin/redis-server',
      advice:
        'install redis-server or valkey-server (Debian and Ubuntu: apt-get install redis-server; macOS: brew install redis)',
    },
    options,
  );
}

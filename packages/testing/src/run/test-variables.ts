/** How a run tells its test processes where the shared servers are. */
export const testVariables = {
  postgresUrl: 'PRESSROOM_TEST_POSTGRES_URL',
  redisUrl: 'PRESSROOM_TEST_REDIS_URL',
  /** Absent: there is no pooler. */
  poolerUrl: 'PRESSROOM_TEST_POOLER_URL',
} as const;

/** What the shared servers stand behind. Absent: nothing. */
export const topologyVariable = 'PRESSROOM_TEST_TOPOLOGY';
export const topologies = ['pgbouncer', 'redis-cluster'] as const;
export type Topology = (typeof topologies)[number];

/** @throws Error for a name that is none */
export function topologyOfRun(): Topology | undefined {
  const name = process.env[topologyVariable];
  const known = topologies.find((each) => each === name);
  if (name !== undefined && known === undefined)
    throw new Error(`${topologyVariable} is one of ${topologies.join(', ')}, not ${name}`);
  return known;
}

/** Undefined where databases are reached without one. */
export function sharedPoolerUrl(): string | undefined {
  return process.env[testVariables.poolerUrl];
}

/** Throws when the test was not started by `npm test`. */
export function sharedServerUrl(which: 'postgresUrl' | 'redisUrl'): string {
  const url = process.env[testVariables[which]];
  if (url === undefined) {
    throw new Error(
      `${testVariables[which]} is not set: run the tests with \`npm test\` or \`npm run test:only\``,
    );
  }
  return url;
}

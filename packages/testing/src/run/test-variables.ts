/** How a run tells its test processes where the shared servers are. */
export const testVariables = {
  postgresUrl: 'PRESSROOM_TEST_POSTGRES_URL',
  redisUrl: 'PRESSROOM_TEST_REDIS_URL',
} as const;

/** Throws when the test was not started by `npm test`. */
export function sharedServerUrl(which: keyof typeof testVariables): string {
  const url = process.env[testVariables[which]];
  if (url === undefined) {
    throw new Error(
      `${testVariables[which]} is not set: run the tests with \`npm test\` or \`npm run test:only\``,
    );
  }
  return url;
}

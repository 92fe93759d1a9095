/** Tells this process's test databases where the servers are, in the same way as the set-up of a test run does. */
export function tellServers(servers: { readonly postgresUrl: string; readonly redisUrl: string }): void {
  process.env['PRESSROOM_TEST_POSTGRES_URL'] = servers.postgresUrl;
  process.env['PRESSROOM_TEST_REDIS_URL'] = servers.redisUrl;
}

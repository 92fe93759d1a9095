import type { Durability } from './cluster.ts';

/**
 * Settings for a laptop that also runs the workers, as command-line options: what a person writes into postgresql.conf
 * holds for everything that is not named here.
 */
export function serverSettings(port: number, durability: Durability): readonly string[] {
  const settings: Record<string, string | number> = {
    // Loopback only, and no Unix socket: its path has a length limit that deep checkouts break.
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port,
    // Each BullMQ worker and its events keep a connection for good, besides the pools.
    max_connections: 200,
    shared_buffers: '128MB',
    max_wal_size: '512MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // A client that was killed in mid-transaction must not keep its row locks for the two hours that TCP would wait.
    tcp_keepalives_idle: 30,
    tcp_keepalives_interval: 10,
    tcp_keepalives_count: 3,
    fsync: durability === 'full' ? 'on' : 'off',
  };
  if (durability === 'tests') {
    settings['synchronous_commit'] = 'off';
    settings['full_page_writes'] = 'off';
    settings['autovacuum_naptime'] = '1h';
    settings['checkpoint_timeout'] = '1h';
  }
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

import type { Log } from '@pressroom/domain';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import type { Database } from './connection.ts';
import { relaxedCommit } from './guard.ts';

/** PostgreSQL refuses a notification above 8,000 bytes. */
const idsPerHint = 200;
/**
 * Between two statements that send hints, unless a job has settled: short steps have many events within
 * milliseconds, and readers lose nothing by hearing of them at once.
 */
const hintPauseMs = 20;
const eventChannel = 'pressroom_job_events';
const settledChannel = 'pressroom_jobs_settled';

/**
 * Tells readers that a job has new events, after the commit and outside the transaction: a NOTIFY inside would make all
 * commits of the database wait for each other. A hint may be lost; readers look by themselves from time to time.
 */
export interface EventHints {
  publish(jobId: string): void;
  /** Like `publish`, for a job that has just settled: dispatchers have room for another one, and its running steps are over. */
  publishSettled(jobId: string): void;
  /** Waits until everything published so far has been sent or dropped. */
  flush(): Promise<void>;
}

export function createEventHints(database: Database, log: Log): EventHints {
  const waiting = new Set<string>();
  const settled = new Set<string>();
  let sending: Promise<void> | undefined;
  let pausing: PausedSend | undefined;

  async function sendAll(): Promise<void> {
    // Everything that commits in the same turn of the event loop goes into one statement.
    await Promise.resolve();
    while (waiting.size > 0 || settled.size > 0) {
      const batch = [...waiting].slice(0, idsPerHint);
      for (const jobId of batch) waiting.delete(jobId);
      const ended = [...settled].slice(0, idsPerHint);
      for (const jobId of ended) settled.delete(jobId);
      const room = ended.length > 0 ? sql`, pg_notify(${settledChannel}, ${ended.join(' ')})` : sql``;
      try {
        // A notification is no data, but its commit would wait for the disk like any other.
        await database.executor.execute(
          sql`select ${relaxedCommit}, pg_notify(${eventChannel}, ${batch.join(' ')})${room}`,
        );
      } catch (error) {
        log.debug({ err: error }, 'A hint about new job events was dropped');
      }
      if (settled.size > 0) continue;
      pausing = pauseFor(hintPauseMs);
      await pausing.over;
      pausing = undefined;
    }
    sending = undefined;
  }

  const publish = (jobId: string): void => {
    waiting.add(jobId);
    sending ??= sendAll();
  };
  return {
    publish,
    publishSettled: (jobId) => {
      settled.add(jobId);
      publish(jobId);
      pausing?.end();
    },
    flush: async () => {
      pausing?.end();
      await sending;
    },
  };
}

interface PausedSend {
  readonly over: Promise<void>;
  readonly end: () => void;
}

function pauseFor(milliseconds: number): PausedSend {
  let end = () => {};
  const over = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    end = () => {
      clearTimeout(timer);
      resolve();
    };
  });
  return { over, end };
}

export interface EventHintListener {
  /** Calls `listener` when the job may have new events. Returns how to stop that. */
  subscribe(jobId: string, listener: () => void): () => void;
  /**
   * Calls `listener` when jobs have settled, with their ids; without ids when some job may have, nobody knows which. Returns
   * how to stop that.
   */
  onSettled(listener: SettledListener): () => void;
  close(): Promise<void>;
}

export type SettledListener = (jobIds?: readonly string[]) => void;

export interface EventHintListenerOptions {
  readonly url: string;
  readonly log: Log;
  /** How often every subscriber is called without a hint: bounds the delay where LISTEN does not work or a hint is lost. */
  readonly pollMs: number;
}

/** Listens on a connection of its own, and takes a new one whenever that is lost. */
export function listenForEventHints(options: EventHintListenerOptions): EventHintListener {
  const listeners = new Map<string, Set<() => void>>();
  const settledListeners = new Set<SettledListener>();
  let client: pg.Client | undefined;
  let closed = false;
  let reconnect: NodeJS.Timeout | undefined;

  const callAll = (): void => {
    for (const group of [settledListeners, ...listeners.values()]) for (const listener of group) listener();
  };
  const poll = setInterval(callAll, options.pollMs);

  async function connect(): Promise<void> {
    const next = new pg.Client({
      connectionString: options.url,
      application_name: 'pressroom-events',
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
    });
    const lose = (): void => {
      if (client !== next) return;
      client = undefined;
      if (!closed) reconnect = setTimeout(() => void connect(), options.pollMs);
    };
    client = next;
    next.on('error', lose);
    next.on('end', lose);
    next.on('notification', (message) => {
      if (message.channel === settledChannel) {
        // A process of an older build names no jobs.
        const jobIds = message.payload ? message.payload.split(' ') : undefined;
        for (const listener of settledListeners) listener(jobIds);
        return;
      }
      for (const jobId of (message.payload ?? '').split(' ')) {
        for (const listener of listeners.get(jobId) ?? []) listener();
      }
    });
    try {
      await next.connect();
      await next.query(`listen ${eventChannel}; listen ${settledChannel}`);
      callAll();
    } catch (error) {
      options.log.debug({ err: error }, 'Cannot listen for job events; looking for them instead');
      await next.end().catch(() => {});
      lose();
    }
  }
  void connect();

  return {
    subscribe: (jobId, listener) => {
      const group = listeners.get(jobId) ?? new Set();
      listeners.set(jobId, group.add(listener));
      return () => {
        group.delete(listener);
        if (group.size === 0 && listeners.get(jobId) === group) listeners.delete(jobId);
      };
    },
    onSettled: (listener) => {
      settledListeners.add(listener);
      return () => settledListeners.delete(listener);
    },
    close: async () => {
      closed = true;
      clearInterval(poll);
      clearTimeout(reconnect);
      await client?.end().catch(() => {});
    },
  };
}

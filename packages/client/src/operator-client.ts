import type {
  Account,
  AccountChange,
  DeadLetter,
  DeadLetterListQuery,
  DeadLetterReplay,
  DeadLetterSummary,
  JobExplanation,
} from '@pressroom/domain';
import { createJsonCalls } from './json-calls.ts';
import type { CallOptions } from './pressroom-client.ts';
import { readJson, Transport } from './transport.ts';

export interface OperatorClientOptions {
  /** `http://127.0.0.1:3000`. */
  readonly baseUrl: string;
  /** `PRESSROOM_OPERATOR_TOKEN` of the server. */
  readonly operatorToken: string;
  /** In [0, 1), for the spread of waits. */
  readonly random?: () => number;
}

/** What operators ask and do. Everything may throw PressroomApiError, PressroomConnectionError, or the signal's reason. */
export interface OperatorClient {
  /** Newest first, through all pages. */
  listDeadLetters(
    query?: Omit<DeadLetterListQuery, 'cursor'>,
    options?: CallOptions,
  ): AsyncIterable<DeadLetterSummary>;
  getDeadLetter(deadLetterId: string, options?: CallOptions): Promise<DeadLetter>;
  /** Sent once: after a lost connection look whether it is open still. */
  replayDeadLetter(deadLetterId: string, options?: CallOptions): Promise<DeadLetterReplay>;
  /** Why any account's job stands where it stands. */
  explainJob(jobId: string, options?: CallOptions): Promise<JobExplanation>;
  /** Its share of the queue beside others, for jobs that come to wait from now on. */
  changeAccount(accountId: string, change: AccountChange, options?: CallOptions): Promise<Account>;
  /** Drops the connections. */
  close(): Promise<void>;
}

export function createOperatorClient({ operatorToken, ...options }: OperatorClientOptions): OperatorClient {
  const transport = new Transport({ random: Math.random, ...options, apiKey: operatorToken });
  const { read, pages } = createJsonCalls(transport);
  const letterPath = (id: string): string => `/api/admin/dead-letters/${encodeURIComponent(id)}`;
  return {
    listDeadLetters: (query = {}, { signal } = {}) =>
      pages<DeadLetterSummary>('/api/admin/dead-letters', { ...query }, signal),
    getDeadLetter: (id, { signal } = {}) => read<DeadLetter>({ method: 'GET', path: letterPath(id), signal }),
    replayDeadLetter: async (id, { signal } = {}) =>
      await readJson<DeadLetterReplay>(
        await transport.send({ method: 'POST', path: `${letterPath(id)}/replay`, signal }),
      ),
    explainJob: (jobId, { signal } = {}) =>
      read<JobExplanation>({
        method: 'GET',
        path: `/api/admin/jobs/${encodeURIComponent(jobId)}/explanation`,
        headers: { Accept: 'application/json' },
        signal,
      }),
    changeAccount: (id, change, { signal } = {}) =>
      read<Account>({
        method: 'PATCH',
        path: `/api/admin/accounts/${encodeURIComponent(id)}`,
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(change),
        signal,
      }),
    close: () => transport.close(),
  };
}

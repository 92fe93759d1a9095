import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createOperatorClient,
  createPressroomClient,
  type OperatorClient,
  PressroomApiError,
  type PressroomClient,
} from '@pressroom/client';
import type { JobExplanation } from '@pressroom/domain';

export interface ServerOptions {
  /** Of `--url`. */
  readonly url?: string | undefined;
  /** Of `--key-file`. */
  readonly keyFile?: string | undefined;
  readonly projectFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Where the API is, by the settings that the server has itself: they are the same in the shell of whoever runs both. */
export function serverUrl({ url, environment }: ServerOptions): string {
  const given = url ?? environment['PRESSROOM_PUBLIC_URL'];
  if (given !== undefined && given !== '') return given;
  return `http://127.0.0.1:${environment['PRESSROOM_PORT'] || '3000'}`;
}

/** Throws in words for a person when there is no operator token. */
export async function withOperator<Result>(
  options: ServerOptions,
  work: (operator: OperatorClient) => Promise<Result>,
): Promise<Result> {
  const operatorToken = options.environment['PRESSROOM_OPERATOR_TOKEN'] ?? '';
  if (operatorToken === '') {
    throw new Error('This is for operators: set PRESSROOM_OPERATOR_TOKEN to the token of the server.');
  }
  const client = createOperatorClient({ baseUrl: serverUrl(options), operatorToken });
  try {
    return await work(client);
  } catch (error) {
    throw inWords(error);
  } finally {
    await client.close();
  }
}

/** As operator where there is a token; else as the account of the key that `npm start` has left in its data folder. */
export async function fetchExplanation(
  options: ServerOptions,
  jobId: string,
  signal: AbortSignal,
): Promise<JobExplanation> {
  if ((options.environment['PRESSROOM_OPERATOR_TOKEN'] ?? '') !== '' && options.keyFile === undefined) {
    return await withOperator(options, (operator) => operator.explainJob(jobId, { signal }));
  }
  return await withAccount(options, (client) => client.explainJob(jobId, { signal }));
}

/** As the account of the key in the file that is named, or of the one that `npm start` has made. */
export async function withAccount<Result>(
  options: ServerOptions,
  work: (client: PressroomClient) => Promise<Result>,
): Promise<Result> {
  const client = createPressroomClient({ baseUrl: serverUrl(options), apiKey: await readKey(options) });
  try {
    return await work(client);
  } catch (error) {
    throw inWords(error);
  } finally {
    await client.close();
  }
}

async function readKey({ keyFile, projectFolder, environment }: ServerOptions): Promise<string> {
  const file = keyFile ?? join(projectFolder, environment['PRESSROOM_DATA_FOLDER'] || '.data', 'api-key');
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    throw new Error(
      `There is no API key in ${file}. Set PRESSROOM_OPERATOR_TOKEN, or name a file with a key: --key-file`,
      { cause },
    );
  }
}

function inWords(error: unknown): unknown {
  if (!(error instanceof PressroomApiError)) return error;
  return new Error(`${error.title}: ${error.detail}. ${error.advice}`, { cause: error });
}

// A process with the real handlers, a real database and a real folder as store, which ingests what it is told to, one case
// after the other, and says what has become of each. A crash, a hang or an unhandled rejection is this process's own.
// Arguments: the database's URL, the store's folder, and the folder for scratch files (TMPDIR of this process).
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { argv } from 'node:process';
import { defaultDocumentLimits } from '@pressroom/documents';
import { isPressroomError, type PressroomError, storageKeys, systemIds } from '@pressroom/domain';
import { descendantsOf } from '@pressroom/testing';
import { accountId, type DocumentHarness, documentHarness, settings } from '../documents/document-harness.ts';
import { ingestHarness, accountId as pictureAccount } from '../images/ingest-harness.ts';
import { documentViolations } from './document-violations.ts';
import {
  type StandAnswer,
  type StandCase,
  type StandReply,
  type StandRequest,
  standReaderBytes,
} from './stand-messages.ts';

const [, , databaseUrl = '', folder = '', scratch = ''] = argv;
/** As a worker has them. */
const chunk = { maxTokens: 400, overlapTokens: 60 };
const maxPixels = 20_000_000;
/** Half of a worker's memory and less, so that whatever runs into a limit does it soon. */
const limits = {
  ...defaultDocumentLimits,
  secondsPerMegabyte: 0,
  maxUnpackedBytes: 32 * 1024 ** 2,
  maxResidentBytes: standReaderBytes,
};

type Ending = Omit<StandAnswer, 'violations'> & { readonly violations?: readonly string[] };

const documents = await documentHarness({ folder: join(folder, 'documents'), databaseUrl });
const pictures = await ingestHarness({ folder: join(folder, 'pictures') });

process.on('message', (request: StandRequest) => void answer(request));
process.once('disconnect', () => process.exit(0));
send({ reply: 'up' });

async function answer(request: StandRequest): Promise<void> {
  if (request.ask === 'holdings') {
    // Twice: what only finalisers let go goes with the second.
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc?.();
    const openFiles = (await readdir('/proc/self/fd').catch(() => [])).length;
    send({ reply: 'holdings', holdings: { heapBytes: process.memoryUsage().heapUsed, openFiles } });
    return;
  }
  const { given } = request;
  const ending = given.sort === 'document' ? await ingestDocument(given) : await ingestPicture(given);
  const left = await leftBehind();
  send({ reply: 'ingested', answer: { ...ending, violations: [...(ending.violations ?? []), ...left] } });
}

async function ingestDocument(given: StandCase): Promise<Ending> {
  const stepId = systemIds.next('step');
  const assetId = await documents.upload(await readFile(given.path), given.mediaType);
  const failedStages: unknown[] = [];
  let ending: Ending;
  try {
    const run = await documents.run(assetId, {
      stepId,
      embeddings: undefined,
      settings: {
        ...settings,
        chunk,
        writeBatch: 500,
        limits: { ...limits, timeoutSeconds: given.timeoutSeconds },
      },
      beforeSave: (_, { errorCode }) => void (errorCode === undefined || failedStages.push(errorCode)),
    });
    const text = given.wantsText ? { text: await documents.textOf(run) } : {};
    const violations = await documentViolations(documents, accountId, run, chunk.maxTokens);
    ending = { ended: 'accepted', ...text, violations };
  } catch (error) {
    ending = refusal(error, failedStages, 'Document');
    // As the worker does once a step has failed for good.
    await documents.store.deletePrefix(storageKeys.workPrefix(stepId));
  }
  return {
    ...ending,
    violations: [...(ending.violations ?? []), ...(await emptyAccount(documents, ending))],
  };
}

/** Rows and files of the case, which have to be what its ending says, are deleted. */
async function emptyAccount({ store, database }: DocumentHarness, { ended }: Ending): Promise<string[]> {
  const found: string[] = [];
  const { rows } = await database.executor.execute<{ complete: boolean }>(
    `delete from documents where account_id = '${accountId}' returning completed_at is not null as complete`,
  );
  if (rows.length !== (ended === 'accepted' ? 1 : 0) || rows.some(({ complete }) => !complete))
    found.push(`${ended}, it leaves ${rows.length} rows of documents`);
  const files = await filesIn(join(folder, 'documents'));
  // What was uploaded, and the text that was made of it.
  if (files.length !== (ended === 'accepted' ? 2 : 1))
    found.push(`${ended}, it leaves the files ${files.join(', ')}`);
  await store.deletePrefix(`accounts/${accountId}/`);
  return found;
}

async function ingestPicture(given: StandCase): Promise<Ending> {
  const failedStages: unknown[] = [];
  try {
    await pictures.ingest(await readFile(given.path), {
      limits: { maxPixels },
      beforeSave: (_, { errorCode }) => void (errorCode === undefined || failedStages.push(errorCode)),
    });
    return { ended: 'accepted' };
  } catch (error) {
    return refusal(error, failedStages, 'Photo');
  } finally {
    await rm(join(folder, 'pictures', 'blobs', 'work'), { recursive: true, force: true });
    await pictures.store.deletePrefix(`accounts/${pictureAccount}/`);
  }
}

/** What everybody who is refused is owed: a permanent error by name, with the item's number, told by the stage that found it. */
function refusal(error: unknown, failedStages: readonly unknown[], item: string): Ending {
  if (!isPressroomError(error))
    return { ended: 'refused', code: 'internal', violations: [`Thrown without a name: ${tell(error)}`] };
  const { code, message } = error;
  const violations: string[] = [];
  if (code === 'internal' || error.definition.retryability !== 'permanent')
    violations.push(`Refused with ${code}: ${tell(error)}`);
  else if (!message.startsWith(`${item} 1: `)) violations.push(`The message names no ${item}: ${message}`);
  if (failedStages.length !== 1 || failedStages[0] !== code)
    violations.push(`Refused with ${code}, and stages failed with ${failedStages.join(', ') || 'nothing'}`);
  return { ended: 'refused', code, message, violations };
}

function tell(error: unknown): string {
  const { cause } = error as PressroomError;
  return `${(error as Error | undefined)?.stack ?? String(error)}${cause === undefined ? '' : `; because of ${tell(cause)}`}`.slice(
    0,
    4_000,
  );
}

async function leftBehind(): Promise<readonly string[]> {
  const files = [...(await filesIn(folder)), ...(await filesIn(scratch))];
  const processes = (await descendantsOf(process.pid)).length;
  return [
    ...(files.length === 0 ? [] : [`Left behind: ${files.slice(0, 10).join(', ')}`]),
    ...(processes === 0 ? [] : [`${processes} processes are left running`]),
  ];
}

async function filesIn(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

function send(reply: StandReply): void {
  process.send?.(reply);
}

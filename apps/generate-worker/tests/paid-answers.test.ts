/** An answer of a provider is paid for: what happens to it when the place where it is kept is full or away (invariant 4). */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createGenerationService } from '@pressroom/ai';
import {
  armFaultPoints,
  type CallEnding,
  type GeneratedPicture,
  type GenerationProvider,
  type GenerationService,
  type PictureOrder,
  PressroomError,
  type ProviderCallStore,
  silentLog,
  systemClock,
} from '@pressroom/domain';
import { openLocalStore } from '@pressroom/storage';
import { temporaryFolder } from '@pressroom/testing';

let bought: number;
let endings: CallEnding[];
let recordAway: number;
let service: GenerationService;
let full: () => boolean;

beforeEach(async () => {
  bought = 0;
  endings = [];
  recordAway = 0;
  full = () => false;
  armFaultPoints((point) =>
    point === 'store.write' && full()
      ? Promise.reject(Object.assign(new Error('Told that no space is left'), { code: 'ENOSPC' }))
      : Promise.resolve(),
  );
  const answer: GeneratedPicture = {
    bytes: Buffer.from('a picture that cost money'),
    mediaType: 'image/png',
    width: 1,
    height: 1,
    model: 'a-model',
    usage: undefined,
  } as unknown as GeneratedPicture;
  const provider = {
    name: 'gemini',
    pictureModel: 'a-model',
    describePicture: () => ({}),
    estimatePictureTokens: () => 1,
    generatePicture: () => {
      bought += 1;
      return Promise.resolve(answer);
    },
  } as unknown as GenerationProvider;
  // The record itself has its tests in packages/database; here it matters only when it is away.
  const calls: ProviderCallStore = {
    begin: () => Promise.resolve({ kind: 'granted', callId: 1, probe: false }),
    end: (_callId, ending) => {
      if (recordAway-- > 0) return Promise.reject(new PressroomError('database-unavailable', 'Away'));
      endings.push(ending);
      return Promise.resolve({ result: undefined, breaker: undefined });
    },
    forget: () => Promise.resolve(),
    states: () => Promise.resolve([]),
  };
  const { path } = await temporaryFolder();
  service = createGenerationService({
    main: { provider, policy: { leaseMs: 8_000 } },
    calls,
    assets: await openLocalStore({ folder: path }),
    clock: systemClock,
    log: silentLog,
  });
});
afterEach(() => armFaultPoints(undefined));

const order = (signal = new AbortController().signal): PictureOrder => ({
  picture: { bytes: Buffer.from('x'), mediaType: 'image/jpeg' } as PictureOrder['picture'],
  pictureSha256: 'a'.repeat(64),
  style: 'poster',
  caller: { accountId: 'acct_1', jobId: 'job_1', stepId: 'step_1' },
  signal,
});

test('while the disk is full nothing is bought', async () => {
  full = () => true;
  await expect(service.generatePicture(order())).rejects.toMatchObject({ code: 'storage-full' });
  expect(bought).toBe(0);
  full = () => false;
  expect(await service.generatePicture(order())).toMatchObject({ saved: false });
  expect(bought).toBe(1);
});

test('a disk that is full when the answer comes, and has room again later, costs no second call', async () => {
  let refusals = 2;
  full = () => bought > 0 && refusals-- > 0;
  expect(await service.generatePicture(order())).toMatchObject({ saved: false });
  expect(bought).toBe(1);
  expect(endings).toEqual([
    expect.objectContaining({ kind: 'succeeded', result: expect.objectContaining({ bytes: 25 }) }),
  ]);
});

test('a record that is away when the answer comes is waited for, with the answer', async () => {
  recordAway = 2;
  expect(await service.generatePicture(order())).toMatchObject({ saved: false });
  expect(bought).toBe(1);
  expect(endings).toHaveLength(1);
});

test('an answer that cannot be kept until its lease ends is given up, and the record says what was bought', async () => {
  full = () => bought > 0;
  await expect(service.generatePicture(order())).rejects.toMatchObject({ code: 'storage-full' });
  expect(endings).toEqual([expect.objectContaining({ kind: 'succeeded', result: undefined })]);
});

test('a step that is told to stop tries to keep its answer, and then stops', async () => {
  const stopping = new AbortController();
  let tries = 0;
  full = () => {
    if (bought === 0) return false;
    tries += 1;
    stopping.abort(new Error('Told to stop'));
    return true;
  };
  const begun = performance.now();
  await expect(service.generatePicture(order(stopping.signal))).rejects.toMatchObject({
    code: 'storage-full',
  });
  expect(tries).toBe(1);
  expect(performance.now() - begun).toBeLessThan(2_000);
});

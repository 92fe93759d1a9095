import { expect, test } from '@jest/globals';
import { endsJob, jobEventTypes, jobRequestSchemas, storageKeys, systemIds } from '../src/index.ts';

const base = {
  kind: 'picture-book',
  input: { photos: [{ assetId: 'a' }], style: 'poster', title: 'T' },
};
const accepts = (change: object) =>
  jobRequestSchemas['picture-book'].safeParse({ ...base, ...change }).success;

test('a request is accepted with its defaults, and at its bounds', () => {
  expect(jobRequestSchemas['picture-book'].parse(base)).toMatchObject({
    priority: 0,
    onItemFailure: 'fail',
    metadata: {},
  });
  const metadata = Object.fromEntries(
    Array.from({ length: 32 }, (_, index) => [`k${index}`, 'v'.repeat(500)]),
  );
  expect(accepts({ priority: 100, delayUntil: '2027-01-01T00:00:00+02:00', metadata })).toBe(true);
});

test.each([
  ['priority 101', { priority: 101 }],
  ['priority 0.5', { priority: 0.5 }],
  ['a delay without a time zone', { delayUntil: '2027-01-01T00:00:00' }],
  [
    '33 entries',
    { metadata: Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`k${index}`, ''])) },
  ],
  ['a value of 501 letters', { metadata: { k: 'v'.repeat(501) } }],
  ['a value that is no text', { metadata: { k: 1 } }],
  ['NUL in a value', { metadata: { k: 'a\u0000' } }],
  ['NUL in a key', { metadata: { 'k\u0000': 'a' } }],
  ['half a letter in a value', { metadata: { k: '\ud800' } }],
  ['an unknown kind', { kind: 'poster' }],
  ['an unknown field', { colour: 1 }],
])('a request with %s is refused', (_, change) => {
  expect(accepts(change)).toBe(false);
});

test('exactly the settling events end a job', () => {
  expect(jobEventTypes.filter(endsJob)).toEqual(['job.succeeded', 'job.failed', 'job.cancelled']);
});

test('storage keys keep accounts and steps apart and need no escaping', () => {
  const sha = 'ab'.repeat(32);
  expect(storageKeys.content('acct_1', sha)).not.toBe(storageKeys.content('acct_2', sha));
  expect(storageKeys.work('step_1', 'a.png').startsWith(storageKeys.workPrefix('step_1'))).toBe(true);
  expect(storageKeys.work('step_10', 'a.png').startsWith(storageKeys.workPrefix('step_1'))).toBe(false);
  expect(storageKeys.content('acct_1', sha)).toMatch(/^[A-Za-z0-9._/-]+$/);
});

test('ids carry their prefix and do not repeat', () => {
  const ids = Array.from({ length: 1_000 }, () => systemIds.next('job'));
  expect(new Set(ids).size).toBe(1_000);
  for (const id of ids) expect(id).toMatch(/^job_[0-9A-Z]{26}$/);
});

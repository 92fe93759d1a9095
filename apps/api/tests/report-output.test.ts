/** A report in its three formats, as clients fetch it. */
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Job, JobRequest } from '@pressroom/domain';
import { type ApiUnderTest, startApi } from './api-under-test.ts';

let api: ApiUnderTest;
let job: Job;

const pdf = Buffer.from('%PDF-1.7 made by hand');
const json = Buffer.from('{"version":1,"title":"Água"}\n');
/** More than any buffer on the way holds. */
const csv = Buffer.from(`\ufeffid,detail\r\n${"F1,'=1+1 and more words of the finding\r\n".repeat(500_000)}`);
const order: JobRequest = {
  kind: 'document-report',
  input: { title: 'Água: 2024', documents: [{ url: 'https://water.example/', name: 'River' }] },
};

beforeAll(async () => {
  api = await startApi();
  job = await api.main.client.submitJob(order);
  await api.play.succeed(job.id, pdf, { json, csv });
});

const output = (format: string, init?: Parameters<ApiUnderTest['call']>[1]): Promise<Response> =>
  api.call(`${job.links.output}?format=${format}`, init);

test('the job says in which formats its output can be had', async () => {
  const done = await api.main.client.getJob(job.id);
  expect(done.output?.formats).toEqual(['pdf', 'json', 'csv']);
  const waiting = await api.main.client.submitJob(order);
  expect(await api.problem(`${waiting.links.output}?format=csv`)).toMatchObject({
    code: 'output-not-ready',
    status: 409,
  });
});

test.each([
  ['pdf', 'application/pdf', 'inline', pdf],
  ['json', 'application/json', 'attachment', json],
  ['csv', 'text/csv; charset=utf-8', 'attachment', csv],
])('%s has its own type, file name and bytes', async (format, type, disposition, bytes) => {
  const answer = await output(format);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe(type);
  expect(answer.headers.get('content-length')).toBe(String(bytes.length));
  expect(answer.headers.get('content-disposition')).toBe(
    `${disposition}; filename="Agua 2024.${format}"; filename*=UTF-8''%C3%81gua%202024.${format}`,
  );
  // A table or a JSON file opened by a browser cannot act as a page of this origin.
  if (format !== 'pdf') expect(answer.headers.get('content-security-policy')).toContain('sandbox');
  expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
});

test('without a format it is the PDF', async () => {
  expect((await api.call(job.links.output)).headers.get('content-type')).toBe('application/pdf');
});

describe('a table of 20 MB', () => {
  test('comes piece by piece', async () => {
    const { body } = await output('csv');
    const hash = createHash('sha256');
    let [pieces, largest] = [0, 0];
    for await (const piece of body as unknown as AsyncIterable<Uint8Array>) {
      hash.update(piece);
      pieces += 1;
      largest = Math.max(largest, piece.length);
    }
    expect(pieces).toBeGreaterThan(20);
    expect(largest).toBeLessThan(csv.length / 10);
    expect(hash.digest('hex')).toBe(createHash('sha256').update(csv).digest('hex'));
  });

  test('can be taken up where it broke off, and is not sent to whom who has it', async () => {
    const part = await output('csv', { headers: { range: `bytes=${csv.length - 10}-` } });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(
      `bytes ${csv.length - 10}-${csv.length - 1}/${csv.length}`,
    );
    expect(Buffer.from(await part.arrayBuffer()).equals(csv.subarray(-10))).toBe(true);
    const etag = part.headers.get('etag') ?? '';
    expect((await output('csv', { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect((await output('json', { headers: { 'if-none-match': etag } })).status).toBe(200);
  });

  test('can be broken off by the client, and the next one gets all of it', async () => {
    const ending = new AbortController();
    const broken = await output('csv', { signal: ending.signal });
    const reader = broken.body?.getReader();
    expect((await reader?.read())?.done).toBe(false);
    ending.abort();
    await expect(reader?.read().then(() => reader.read())).rejects.toThrow();
    expect((await (await output('csv')).arrayBuffer()).byteLength).toBe(csv.length);
  });
});

test('no other account gets any of it, nor a key without the scope', async () => {
  const other = await api.openAccount();
  const scopeless = await api.main.keyWith('assets');
  for (const format of ['pdf', 'json', 'csv']) {
    const path = `${job.links.output}?format=${format}`;
    expect(await api.problem(path, { key: other.key })).toMatchObject({ code: 'not-found', status: 404 });
    expect(await api.problem(path, { key: scopeless })).toMatchObject({ status: 403 });
    expect(await api.problem(path, { key: null })).toMatchObject({ status: 401 });
  }
});

test('a format that nobody knows is a request that cannot be read', async () => {
  for (const format of ['xml', 'PDF', '', 'pdf&format=csv'])
    expect(await api.problem(`${job.links.output}?format=${format}`)).toMatchObject({
      code: 'invalid-request',
      status: 400,
    });
});

test('a format that this kind of job does not have is not acceptable', async () => {
  const book = await api.main.client.submitJob(order);
  await api.play.succeed(book.id, pdf);
  for (const format of ['json', 'csv'])
    expect(await api.problem(`${book.links.output}?format=${format}`)).toMatchObject({
      code: 'not-acceptable',
      status: 406,
    });
});

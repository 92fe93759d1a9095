/** `demo report` as it is called: with files, and with addresses that the policy for addresses refuses. */
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { temporaryFolder } from '@pressroom/testing';
import type { DemoReportOptions } from '../src/commands/demo-options.ts';
import { runDemoReport } from '../src/commands/demo-report.ts';
import { findReportProblems } from '../src/commands/find-report-problems.ts';

let folder: string;
let server: Server;
let address: string;
let requests = 0;

beforeAll(async () => {
  folder = (await temporaryFolder()).path;
  server = createServer((_, response) => {
    requests += 1;
    response.setHeader('content-type', 'text/plain').end('What stands here is for this machine alone.');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/inside`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function run(options: Partial<DemoReportOptions> & Pick<DemoReportOptions, 'documents'>) {
  let said = '';
  const output = new Writable({
    write: (piece: Buffer, _, done) => {
      said += piece.toString();
      done();
    },
  });
  const code = await runDemoReport({
    pageSize: 'A4',
    out: 'report.pdf',
    workingFolder: folder,
    projectFolder: folder,
    environment: { PATH: process.env['PATH'] },
    output: output as unknown as NodeJS.WriteStream,
    signal: new AbortController().signal,
    ...options,
  });
  return { code, said };
}

test('a report is made of the files, and each address on this machine is named and never connected to', async () => {
  await writeFile(
    join(folder, 'pumps.txt'),
    'The northern pump of the water works failed twice in March because its bearings were dry.\n' +
      'The repair of the pump cost € 48,200, and the town paid for it from its reserves.\n' +
      'The council of the town has ordered a second pump, which comes in May of next year.\n',
  );
  const documents = [
    'pumps.txt',
    address,
    'http://localhost/inside',
    'http://169.254.169.254/latest',
    'gone.txt',
  ];
  const { code, said } = await run({ documents, question: 'Why did the pump fail?' });
  expect(said).toContain('gone.txt cannot be used: there is no such file');
  expect(said).toMatch(
    /http:\/\/127\.0\.0\.1:\d+\/inside cannot be used: Document 2: Port \d+ is not one that may be read from/,
  );
  for (const [number, inside] of documents.slice(2, 4).entries())
    expect(said).toContain(
      `${inside} cannot be used: Document ${number + 3}: The address leads to a machine that is not on the public internet`,
    );
  expect(requests).toBe(0);
  expect(code).toBe(2);
  expect(said).toMatch(/report\.pdf: \d+ pages, /);
  expect((await readFile(join(folder, 'report.pdf'))).subarray(0, 5).toString()).toBe('%PDF-');
  const report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as {
    answer: { text: string };
    documents: { title: string; url?: string; leftOut?: string }[];
  };
  expect(report.answer.text).toMatch(/bearings were dry/);
  // A text file has no title: it goes by the name that it was given with.
  expect(report.documents).toEqual([
    expect.objectContaining({ title: 'pumps.txt' }),
    ...documents
      .slice(1, 4)
      .map((url) => expect.objectContaining({ title: url, url, leftOut: 'it could not be read' })),
  ]);
  expect(await readFile(join(folder, 'report.csv'), 'utf8')).toContain('bearings were dry');
}, 300_000);

test('without a document that can be read there is no report, and the exit code says so', async () => {
  const { code, said } = await run({ documents: [address], out: 'none.pdf' });
  expect(code).toBe(1);
  expect(said).toContain(`${address} cannot be used: `);
  expect(said).toContain('There is no document: ');
  await expect(readFile(join(folder, 'none.pdf'))).rejects.toThrow(/ENOENT/);
  expect(requests).toBe(0);
}, 300_000);

test.each([
  [
    { documents: Array.from({ length: 51 }, () => 'a.pdf') },
    /^A report takes 50 documents at most, these are 51/,
  ],
  [{ question: 'a' }, /^--question: /],
  [{ title: '' }, /^--title: /],
  [{ title: 'समुद्र' }, /^--title: The fonts of the pages do not have: स म/],
])('%j is told before anything starts', async (wishes: object, said) => {
  const given = { documents: ['a.pdf'], pageSize: 'A4' as const, ...wishes };
  expect(await findReportProblems(given, join(folder, 'x.pdf'))).toEqual([expect.stringMatching(said)]);
});

test('a report is not started that could not be written', async () => {
  const given = { documents: ['a.pdf'], pageSize: 'A4' as const };
  expect(await findReportProblems(given, folder)).toEqual([
    expect.stringMatching(/is a folder\. Name a file in it, such as report\.pdf/),
  ]);
});

/** `plans` against a server that answers as the API does. */
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import type { PlanDiffReply } from '@pressroom/domain';
import { atTeardown, temporaryFolder } from '@pressroom/testing';
import { Command } from 'commander';
import { addPlanCommands } from '../src/plan-commands.ts';

const diff: PlanDiffReply = {
  planId: 'plan_1',
  from: 1,
  to: 2,
  settings: [{ field: 'weeklyMinutes', from: '180', to: '120' }],
  documents: { added: [], removed: [] },
  outcomes: { added: [], removed: [] },
  modules: { added: [], removed: [] },
  tasks: {
    added: [{ id: 'task_1', title: 'Tack', module: 'Wind', minutes: 90, weeks: [2, 3] }],
    removed: [],
    moved: [],
    changed: [],
  },
  resources: { added: [], removed: [] },
  counts: { before: 4, kept: 4, after: 5, minutesBefore: 300, minutesAfter: 390 },
};

async function openServer(status: 'succeeded' | 'failed' = 'succeeded') {
  const requests: {
    readonly method: string;
    readonly url: string;
    readonly body: string;
    readonly key: string;
  }[] = [];
  const job = {
    id: 'job_1',
    status,
    steps: [],
    cost: { held: 2, captured: 1, calls: { made: 0, saved: 1 } },
    error: status === 'failed' ? { detail: 'It does not fit', advice: 'Take more time.' } : null,
    plan: status === 'failed' ? null : { id: 'plan_1', version: 2 },
    links: {},
  };
  const answer: RequestListener = (request, response) => void respond(request, response);
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    requests.push({ method, url, body: await text(request), key: String(headers.authorization) });
    const json = (body: unknown): void => {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    };
    const { pathname } = new URL(url, 'http://server');
    if (pathname.endsWith('/events')) response.writeHead(204).end();
    else if (pathname.endsWith('/output')) response.end('%PDF-1.7');
    else if (pathname.endsWith('/diff')) json(diff);
    else if (pathname === '/api/plans')
      json({
        data: [{ id: 'plan_1', latestVersion: 2, updatedAt: '2026-11-26T03:10:00.000Z', topic: 'Sailing' }],
        nextCursor: null,
      });
    else json(job);
  }
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atTeardown(() => void server.close());
  const { path: folder } = await temporaryFolder();
  await writeFile(join(folder, 'key'), 'prk_of_the_file\n');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function run(...given: readonly string[]): Promise<string> {
    let said = '';
    const output = new Writable({
      write: (piece: Buffer, _, done) => {
        said += piece.toString();
        done();
      },
    }) as unknown as NodeJS.WriteStream;
    const program = new Command().exitOverride();
    const { signal } = new AbortController();
    addPlanCommands(program, { projectFolder: folder, environment: {}, output, signal }, folder, (command) =>
      command.option('--url <url>').option('--json'),
    );
    await program.parseAsync(['plans', ...given, '--url', url, '--key-file', 'key'], { from: 'user' });
    return said;
  }
  return { requests, run, folder };
}

test('plans are listed with the newest version of each', async () => {
  const { run, requests } = await openServer();
  expect(await run('list')).toMatch(/plan_1 +2 +2026-11-26T03:10:00 +Sailing/);
  expect(requests[0]?.key).toBe('Bearer prk_of_the_file');
});

test('the difference is told in words, or as JSON', async () => {
  const { run, requests } = await openServer();
  const said = await run('diff', 'plan_1', '--from', '1');
  expect(requests[0]?.url).toBe('/api/plans/plan_1/diff?from=1');
  expect(said).toContain('plan_1: version 2 against version 1');
  expect(said).toContain('  Time a week: 2 h (was 3 h)');
  expect(said).toContain('  New: Tack (Wind, 1 h 30 min, weeks 2 to 3)');
  expect(JSON.parse(await run('diff', 'plan_1', '--json'))).toEqual(diff);
});

test('only what is named is overridden; a value is taken away by its `--no`', async () => {
  const { run, requests, folder } = await openServer();
  const said = await run(
    'regenerate',
    'plan_1',
    '--hours',
    '2',
    '--no-deadline',
    '--base',
    '1',
    '--out',
    'new.pdf',
  );
  const [submitted] = requests;
  expect([submitted?.method, submitted?.url]).toEqual(['POST', '/api/plans/plan_1/regenerations']);
  expect(JSON.parse(submitted?.body ?? '')).toEqual({
    baseVersion: 1,
    overrides: { weeklyHours: 2, deadline: null },
  });
  expect(said).toContain('Version 2: 1 of 2 credits, 0 calls made, 1 saved.');
  expect(said).toContain('New: Tack');
  expect(await readFile(join(folder, 'new.pdf'), 'utf8')).toBe('%PDF-1.7');
});

test('why there is no new version is said', async () => {
  const before = process.exitCode;
  const { run } = await openServer('failed');
  expect(await run('regenerate', 'plan_1')).toContain(
    'There is no new version: It does not fit. Take more time.',
  );
  expect(process.exitCode).toBe(1);
  process.exitCode = before;
});

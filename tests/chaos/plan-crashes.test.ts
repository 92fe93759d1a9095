/** Processes that die while a plan gets a new version: there is one version for each job, and nothing is bought twice (invariants 3 to 5). */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type GeminiStandIn, startGeminiStandIn } from '@pressroom/ai/gemini-stand-in';
import { migrateDatabase } from '@pressroom/database';
import type { FaultPoint, Job } from '@pressroom/domain';
import { createTestDatabase, createTestRedis, eventually, type TestRedis } from '@pressroom/testing';
import { factsOfJob, withClient } from './settled-job.ts';
import { type AccountOfRun, type SupervisedSystem, superviseSystem } from './supervised-system.ts';

const apiKey = 'stand-in-key-of-the-tests';
const points: readonly FaultPoint[] = [
  'submission.recorded',
  'generate.stored',
  'pdf.stored',
  'step.succeeded',
];

describe.each(['redis', 'postgres'] as const)('on %s', (backend) => {
  let system: SupervisedSystem;
  let account: AccountOfRun;
  let gemini: GeminiStandIn;
  let redis: TestRedis | undefined;
  let databaseUrl: string;
  let planId: string;
  let version = 1;

  beforeAll(async () => {
    ({ url: databaseUrl } = await createTestDatabase({
      template: { name: 'system', prepare: migrateDatabase },
    }));
    redis = backend === 'redis' ? await createTestRedis() : undefined;
    gemini = await startGeminiStandIn({ apiKey, models: ['text-model'] });
    system = await superviseSystem({
      replicas: 1,
      settings: () => ({
        DATABASE_URL: databaseUrl,
        ...(redis === undefined ? {} : { REDIS_URL: redis.url }),
        GEMINI_API_KEY: apiKey,
        GEMINI_BASE_URL: gemini.url,
        GEMINI_TEXT_MODEL: 'text-model',
        PRESSROOM_QUEUE_STALLED_INTERVAL_MS: '500',
      }),
    });
    account = await system.openAccount('plans', 1_000);
    const { client } = account;
    const input = { topic: 'Sailing', weeklyHours: 3, start: '2026-03-02' };
    const job = await client.waitForJob((await client.submitJob({ kind: 'learning-plan', input })).id);
    planId = job.plan?.id ?? '';
  }, 120_000);
  afterEach(() => system.disarm());
  afterAll(async () => {
    await account.client.close();
    await system.close();
    await gemini.close();
    await redis?.drop();
  });

  test.each(points)(
    'a process that dies at %s costs no version and makes none twice',
    async (point) => {
      await system.ready();
      const before = gemini.objects.calls.length;
      await system.arm(point, 'crash');
      const request = { overrides: { notes: `Be careful at ${point}.` } };
      const options = { idempotencyKey: `${backend}-${point}` };
      const submit = (): Promise<Job> => account.client.regeneratePlan(planId, request, options);
      const { id } = await eventually(submit, { deadlineMs: 20_000 });
      await eventually(async () => (await system.struck(point)).length === 1, {
        deadlineMs: 30_000,
        what: `a process to come to ${point}`,
      });
      await system.disarm();
      const job = await account.client.waitForJob(id);
      version += 1;
      expect(job).toMatchObject({ status: 'succeeded', error: null, plan: { id: planId, version } });
      expect(await factsOfJob(databaseUrl, id)).toMatchObject({
        entries: ['capture', 'hold', 'refund'],
        repeatedEvents: [],
        gapFree: true,
      });
      const made = await withClient(databaseUrl, async (client) => {
        const text = 'select version, job_id from plan_versions where plan_id = $1 order by version';
        return (await client.query<{ version: number; job_id: string }>(text, [planId])).rows;
      });
      expect(made.map((each) => each.version)).toEqual(
        Array.from({ length: version }, (_, index) => index + 1),
      );
      expect(made.at(-1)?.job_id).toBe(id);
      expect(gemini.objects.calls.length - before).toBe(1);
    },
    90_000,
  );
});

/** A plan of which parts are looked for on the web, by the whole system as separate processes, on both backends. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { planSchema } from '@pressroom/plans';
import { startSearchStandIn } from '@pressroom/searches/stand-in';
import { temporaryFolder } from '@pressroom/testing';
import { backends, startSystem } from './running-system.ts';

test.each(backends)(
  'on %s, searches are asked once for each question, and addresses of machines inside are not given to anybody',
  async (backend) => {
    const { path: folder } = await temporaryFolder();
    const searches = await startSearchStandIn();
    searches.answer('wikipedia', (words) => [
      // What an attacker would like to see opened from here, and printed.
      { title: words, url: `${searches.url}/inside`, description: `All about ${words}.` },
    ]);
    const system = await startSystem(backend, {
      PRESSROOM_SEARCHES: 'wikipedia',
      PRESSROOM_SEARCH_BASE_URL: searches.url,
    });
    try {
      const { client } = system;
      const submit = async () => {
        const { id } = await client.submitJob({
          kind: 'learning-plan',
          input: { topic: 'Tides', weeklyHours: 3, start: '2026-03-02', notes: 'A secret wish' },
        });
        const job = await client.waitForJob(id);
        const to = join(folder, `${id}.json`);
        await client.downloadOutput(id, to, { format: 'json' });
        return { job, plan: planSchema.parse(JSON.parse(await readFile(to, 'utf8'))) };
      };
      const first = await submit();
      expect(first.job).toMatchObject({ status: 'succeeded', error: null });
      const asked = searches.requests.length;
      expect(asked).toBeGreaterThan(2);
      expect(first.job.cost.calls.made).toBe(asked);
      expect(JSON.stringify(searches.requests)).not.toMatch(/secret|wish/i);
      expect(JSON.stringify(first.plan)).not.toContain('/inside');
      expect(first.plan.remarks.at(-1)).toMatch(
        /^For \d+ of \d+ tasks the searches found nothing that could be opened\.$/,
      );
      expect((await client.usage()).models).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ provider: 'wikipedia', calls: asked, unpricedCalls: 0, micros: 0 }),
        ]) as unknown,
      );
      const second = await submit();
      expect(searches.requests).toHaveLength(asked);
      expect(second.job.cost.calls).toMatchObject({ made: 0 });
      expect(second.plan).toEqual(first.plan);
      // Nobody asked the addresses themselves: only searches were.
      expect(new Set(searches.requests.map(({ search }) => search))).toEqual(new Set(['wikipedia']));

      searches.next('wikipedia', { kind: 'quota' });
      const { id } = await client.submitJob({
        kind: 'learning-plan',
        input: { topic: 'Eclipses', weeklyHours: 3, start: '2026-03-02' },
      });
      expect(await client.waitForJob(id)).toMatchObject({ status: 'succeeded' });
      const to = join(folder, 'eclipses.md');
      await client.downloadOutput(id, to, { format: 'md' });
      expect(await readFile(to, 'utf8')).toContain('did not answer properly: wikipedia');
    } finally {
      await system.close();
      await searches.close();
    }
  },
  180_000,
);

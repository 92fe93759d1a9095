/** Overrides on a plan's values: what they may do to them, for any values and any overrides. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  canonicalJson,
  changedValues,
  completeRegeneration,
  flattenPlan,
  type LearningPlanValues,
  learningPlanInputSchema,
  learningPlanRegeneration,
  learningStyles,
  mergePlanValues,
  type PlanOverrides,
  pageSizes,
  planOverridesSchema,
  priceOf,
  regenerationInputSchema,
  type StoredPlanVersion,
  skillLevels,
} from '../src/index.ts';

const date = fc
  .date({ min: new Date('2026-01-01'), max: new Date('2029-12-31'), noInvalidDate: true })
  .map((day) => day.toISOString().slice(0, 10));
const fields = {
  topic: fc.stringMatching(/^[a-z]{2,20}$/),
  skillLevel: fc.constantFrom(...skillLevels),
  weeklyHours: fc.integer({ min: 1, max: 120 }).map((halves) => halves / 2),
  learningStyle: fc.constantFrom(...learningStyles),
  start: date,
  deadline: date,
  notes: fc.stringMatching(/^[a-z]{1,20}$/),
  documents: fc.array(
    fc.record({ assetId: fc.stringMatching(/^asset_[a-z]{1,5}$/) }).map((source) => ({ ...source })),
    { maxLength: 4 },
  ),
  language: fc.constantFrom('en', 'de', 'pt-BR'),
  pageSize: fc.constantFrom(...pageSizes),
};
const valuesArbitrary: fc.Arbitrary<LearningPlanValues> = fc
  .record(fields, { requiredKeys: ['topic', 'weeklyHours', 'start'] })
  .map((given) => learningPlanInputSchema.safeParse(given))
  .filter((parsed) => parsed.success)
  .map(({ data }) => data);
const overridesArbitrary: fc.Arbitrary<PlanOverrides> = fc
  .record(
    {
      ...fields,
      deadline: fc.option(date),
      notes: fc.option(fields.notes),
    },
    { requiredKeys: [] },
  )
  .map((given) => planOverridesSchema.parse(given));

/** One after the other; the problems of the first that has any. */
function inTurn(values: LearningPlanValues, ...overrides: readonly PlanOverrides[]) {
  let merged = mergePlanValues(values, {});
  for (const each of overrides) {
    if ('problems' in merged) return merged;
    merged = mergePlanValues(merged.values, each);
  }
  return merged;
}

describe('merging', () => {
  test('with nothing leaves the values as they are', () => {
    fc.assert(
      fc.property(valuesArbitrary, (values) => {
        expect(mergePlanValues(values, {})).toEqual({ values });
        expect(changedValues(values, structuredClone(values))).toEqual([]);
      }),
    );
  });

  test('puts each override in the place of its value, and nothing else', () => {
    fc.assert(
      fc.property(valuesArbitrary, overridesArbitrary, (values, overrides) => {
        const merged = mergePlanValues(values, overrides);
        if ('problems' in merged) return;
        for (const [name, value] of Object.entries(merged.values)) {
          const wanted = name in overrides ? overrides[name as keyof PlanOverrides] : values[name as 'topic'];
          expect(value).toEqual(wanted);
        }
        for (const name of ['deadline', 'notes'] as const)
          if (overrides[name] === null) expect(merged.values).not.toHaveProperty(name);
        for (const name of changedValues(values, merged.values)) expect(overrides).toHaveProperty(name);
      }),
    );
  });

  test('twice is merging once with both, the last one winning', () => {
    fc.assert(
      fc.property(valuesArbitrary, overridesArbitrary, overridesArbitrary, (values, first, second) => {
        const turns = inTurn(values, first, second);
        // What lies between need not be possible; where it is, the order of putting together does not matter.
        if ('problems' in inTurn(values, first)) return;
        const atOnce = mergePlanValues(values, { ...first, ...second });
        if ('problems' in turns) expect(atOnce).toHaveProperty('problems');
        else expect(atOnce).toEqual(turns);
      }),
    );
  });

  test('gives values that a learning plan accepts, or names the override that is in the way', () => {
    fc.assert(
      fc.property(valuesArbitrary, overridesArbitrary, (values, overrides) => {
        const merged = mergePlanValues(values, overrides);
        if ('values' in merged) {
          expect(learningPlanInputSchema.parse(structuredClone(merged.values))).toEqual(merged.values);
          return;
        }
        expect(merged.problems.length).toBeGreaterThan(0);
        for (const { path, message, code } of merged.problems) {
          expect(code).toBe('invalid-request');
          expect(message).toMatch(/deadline/);
          expect(overrides).toHaveProperty(String(path[0]));
        }
      }),
      { numRuns: 500 },
    );
  });

  test('a later start is what is in the way of a deadline that was there before', () => {
    const values = learningPlanInputSchema.parse({
      topic: 'Sailing',
      weeklyHours: 3,
      start: '2026-03-02',
      deadline: '2026-04-30',
    });
    expect(mergePlanValues(values, { start: '2026-05-01' })).toEqual({
      problems: [
        { code: 'invalid-request', path: ['start'], message: 'The deadline must be after the start' },
      ],
    });
    expect(mergePlanValues(values, { start: '2026-05-01', deadline: null })).toHaveProperty('values');
  });

  test.each([
    ['null for what a plan cannot be without', { topic: null }],
    ['null for a value with a default', { skillLevel: null }],
    ['an unknown value', { colour: 'red' }],
    ['a week without hours', { weeklyHours: 0 }],
    ['21 documents', { documents: Array.from({ length: 21 }, () => ({ assetId: 'a' })) }],
  ])('%s is no override', (_, overrides) => {
    const parsed = regenerationInputSchema.safeParse({ planId: 'plan_1', overrides });
    expect(parsed.error?.issues[0]?.path[0]).toBe('overrides');
  });
});

describe('a regeneration', () => {
  const values = learningPlanInputSchema.parse({
    topic: 'Sailing',
    weeklyHours: 3,
    start: '2026-03-02',
    documents: [{ assetId: 'asset_a' }, { url: 'https://example.com/b' }],
  });
  const stored: StoredPlanVersion = {
    planId: 'plan_1',
    version: 2,
    latestVersion: 4,
    values,
    plan: { assetId: 'a', storageKey: 'k', mediaType: 'application/json', bytes: 1, sha256: 'a'.repeat(64) },
    sources: [
      { index: 0, digest: 'one' },
      { index: 1, digest: 'two' },
    ],
  };
  const completed = (overrides: PlanOverrides, base = stored) => {
    const complete = completeRegeneration({ planId: 'plan_1', overrides }, base);
    if ('problems' in complete) throw new Error(JSON.stringify(complete.problems));
    const plan = learningPlanRegeneration.plan(complete);
    const keys = flattenPlan(plan).map(({ key }) => key);
    return { complete, plan, keys, assets: learningPlanRegeneration.assets(complete) };
  };

  test('follows the newest version, whichever it is made from', () => {
    const { complete, plan } = completed({ weeklyHours: 5 });
    expect(complete).toMatchObject({ baseVersion: 2, version: 5, isRedrafted: false });
    expect(plan.input).toMatchObject({ base: { version: 2, plan: stored.plan } });
  });

  test('reads and drafts nothing for other hours, dates or pages, and costs the workbook and the curation', () => {
    for (const overrides of [
      { weeklyHours: 5 },
      { start: '2026-04-06' },
      { deadline: '2026-12-01' },
      { pageSize: 'Letter' as const },
      {},
    ]) {
      const { keys, plan, assets } = completed(overrides);
      expect(keys).toEqual(['plan', 'curate', 'workbook']);
      expect(priceOf(plan)).toBe(2);
      expect(assets).toEqual([]);
    }
  });

  test('takes a value that plans did not have at that time for its default, and not for a change', () => {
    const { language: _language, ...older } = values;
    expect(completed({ weeklyHours: 5 }, { ...stored, values: older }).complete.isRedrafted).toBe(false);
    expect(completed({ language: 'de' }, { ...stored, values: older }).complete.isRedrafted).toBe(true);
  });

  test('drafts anew for everything else, from all documents', () => {
    for (const overrides of [
      { topic: 'Rowing' },
      { notes: 'Alone' },
      { skillLevel: 'advanced' as const },
      { language: 'de' },
    ]) {
      const { keys, plan, assets } = completed(overrides);
      expect(keys).toEqual(['ingest-0', 'ingest-1', 'plan', 'curate', 'workbook']);
      expect(priceOf(plan)).toBe(5);
      expect(assets).toEqual([{ assetId: 'asset_a', sort: 'document' }]);
    }
  });

  test('reads the same documents again when one of them could not be read, and is named again', () => {
    const { documents } = values;
    expect(completed({ documents }).complete.isRedrafted).toBe(false);
    const unread = { ...stored, sources: stored.sources.slice(1) };
    expect(completed({ documents }, unread).complete.isRedrafted).toBe(true);
    expect(completed({ weeklyHours: 5 }, unread).complete.isRedrafted).toBe(false);
  });

  test('is the same for the same input and the same record, and keeps no reference to stored bytes with the job', () => {
    const one = completed({ notes: 'Alone' });
    expect(canonicalJson(one.plan)).toBe(canonicalJson(completed({ notes: 'Alone' }).plan));
    const kept = learningPlanRegeneration.completion?.keep(one.complete);
    expect(Object.keys(kept ?? {}).sort()).toEqual([
      'baseVersion',
      'isRedrafted',
      'overrides',
      'planId',
      'values',
      'version',
    ]);
  });
});

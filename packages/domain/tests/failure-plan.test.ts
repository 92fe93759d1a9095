import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type FailureStep, flattenPlan, pictureBook, planFailure, stepStatuses } from '../src/index.ts';

/** Any tree: items may lie below shared steps, shared steps below items, an item may change on the way. */
const tree: fc.Arbitrary<FailureStep[]> = fc
  .array(
    fc.record({
      itemIndex: fc.option(fc.nat({ max: 2 }), { nil: undefined }),
      status: fc.constantFrom(...stepStatuses),
      parent: fc.nat({ max: 1_000 }),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map((nodes) =>
    nodes.map(({ itemIndex, status, parent }, index) => ({
      stepId: `step-${index}`,
      parentId: index === 0 ? undefined : `step-${parent % index}`,
      itemIndex,
      status,
    })),
  );

const scene = tree.chain((steps) =>
  fc.record({
    steps: fc.shuffledSubarray(steps, { minLength: steps.length }),
    failed: fc.constantFrom(...steps.map((step) => step.stepId)),
  }),
);

function ancestors(steps: readonly FailureStep[], stepId: string): FailureStep[] {
  const found: FailureStep[] = [];
  let current = steps.find((step) => step.stepId === stepId);
  while (current?.parentId !== undefined) {
    const { parentId } = current;
    current = steps.find((step) => step.stepId === parentId);
    if (current !== undefined) found.push(current);
  }
  return found;
}

describe('under skip, for any tree in any order', () => {
  test('only pending ancestors of the same item are skipped, without a gap in the item', () => {
    fc.assert(
      fc.property(scene, ({ steps, failed }) => {
        const item = steps.find((step) => step.stepId === failed)?.itemIndex;
        const plan = planFailure(steps, failed, 'skip');
        const above = ancestors(steps, failed);
        const shared = above.findIndex((step) => step.itemIndex !== item);
        if (item === undefined || shared === -1) {
          expect(plan).toEqual({ kind: 'fail-job' });
          return;
        }
        const own = above.slice(0, shared).filter((step) => step.status === 'pending');
        expect(plan).toEqual({ kind: 'leave-item-out', skip: own.map((step) => step.stepId) });
      }),
    );
  });

  test('another item is never touched', () => {
    fc.assert(
      fc.property(scene, ({ steps, failed }) => {
        const plan = planFailure(steps, failed, 'skip');
        const item = steps.find((step) => step.stepId === failed)?.itemIndex;
        for (const id of plan.kind === 'leave-item-out' ? plan.skip : [])
          expect(steps.find((step) => step.stepId === id)?.itemIndex).toBe(item);
      }),
    );
  });

  test('asking again after it was applied skips nothing more', () => {
    fc.assert(
      fc.property(scene, ({ steps, failed }) => {
        const plan = planFailure(steps, failed, 'skip');
        if (plan.kind === 'fail-job') return;
        const applied = steps.map(
          (step): FailureStep => (plan.skip.includes(step.stepId) ? { ...step, status: 'skipped' } : step),
        );
        expect(planFailure(applied, failed, 'skip')).toEqual({ kind: 'leave-item-out', skip: [] });
        expect(planFailure(steps, failed, 'skip')).toEqual(plan);
      }),
    );
  });
});

test('under fail every failure ends the job', () => {
  fc.assert(
    fc.property(scene, ({ steps, failed }) => {
      expect(planFailure(steps, failed, 'fail')).toEqual({ kind: 'fail-job' });
    }),
  );
});

test('a step that the job does not have ends the job', () => {
  expect(planFailure([], 'step-none', 'skip')).toEqual({ kind: 'fail-job' });
});

test('in a picture book a bad photo takes its own picture along, and a bad book takes everything', () => {
  const input = pictureBook.inputSchema.parse({
    photos: [{ assetId: 'a' }, { assetId: 'b' }],
    style: 'poster',
    title: 'Two',
  });
  const plan = pictureBook.plan(input);
  const parents = new Map(
    flattenPlan(plan).flatMap((node) => node.children.map((child) => [child.key, node.key] as const)),
  );
  const steps = flattenPlan(plan).map(
    (node): FailureStep => ({
      stepId: node.key,
      parentId: parents.get(node.key),
      itemIndex: node.itemIndex,
      status: 'pending',
    }),
  );
  expect(planFailure(steps, 'ingest-1', 'skip')).toEqual({ kind: 'leave-item-out', skip: ['generate-1'] });
  expect(planFailure(steps, 'generate-0', 'skip')).toEqual({ kind: 'leave-item-out', skip: [] });
  expect(planFailure(steps, 'book', 'skip')).toEqual({ kind: 'fail-job' });
});

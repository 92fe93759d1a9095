import type { Caller, DeliveredObject, ObjectService, ObjectTask } from '@pressroom/domain';

export interface CheckedAnswer<Value> {
  readonly value: Value;
  readonly provider: string;
  readonly model: string;
  readonly calls: number;
  readonly saved: number;
  readonly degraded?: DeliveredObject<Value>['degraded'];
}

/**
 * Asks, and when the content of the answer does not hold asks once more, with the reasons. Whatever is still wrong in the second
 * answer is for the caller to leave out. `problems` are told to the provider: they name what they are about.
 */
export async function askChecked<Value>(
  objects: ObjectService,
  order: { readonly task: ObjectTask<Value>; readonly caller: Caller; readonly signal: AbortSignal },
  problemsOf: (value: Value) => readonly string[],
): Promise<CheckedAnswer<Value>> {
  const first = await objects.generateObject(order);
  const problems = problemsOf(first.value);
  if (problems.length === 0) return first;
  const second = await objects.generateObject({
    ...order,
    revision: { answer: first.text.slice(0, 40_000), problems: problems.slice(0, 20) },
  });
  // Better an answer with fewer faults than a later one.
  const better = problemsOf(second.value).length <= problems.length ? second : first;
  const degraded = second.degraded ?? first.degraded;
  return {
    value: better.value,
    provider: better.provider,
    model: better.model,
    calls: first.calls + second.calls,
    saved: first.saved + second.saved,
    ...(degraded === undefined ? {} : { degraded }),
  };
}

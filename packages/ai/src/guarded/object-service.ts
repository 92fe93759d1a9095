import {
  type DeliveredObject,
  type ObjectOrder,
  type ObjectPort,
  type ObjectRevision,
  type ObjectService,
  type ObjectTask,
  PressroomError,
  type WrittenObject,
} from '@pressroom/domain';
import { createGuardedCalls, type Obtained, type Refusal } from './guarded-calls.ts';
import { deliver, type GuardedProvider, type GuardedServiceOptions } from './guarded-service.ts';
import { resultKey } from './result-key.ts';

export type ObjectServiceOptions = GuardedServiceOptions<ObjectPort>;

/** Of a first answer that could not be used, as the provider is shown it again. */
const shownAnswer = 20_000;
const shownProblems = 20;
const mediaType = 'application/json';

export function createObjectService(options: ObjectServiceOptions): ObjectService {
  const { log } = options;
  const guarded = createGuardedCalls(options);

  return {
    generateObject: <Value>(order: ObjectOrder<Value>): Promise<DeliveredObject<Value>> =>
      deliver(options, {
        modelOf: (provider) => provider.modelOf(order.task.name),
        obtain: (from) => obtainUsable(from, order),
      }),
  };

  /** An answer of the shape: the first one, or the one that came after it was sent back. */
  async function obtainUsable<Value>(
    provider: GuardedProvider<ObjectPort>,
    order: ObjectOrder<Value>,
  ): Promise<DeliveredObject<Value> | Refusal> {
    const first = await obtain(provider, order, order.revision);
    if (first.kind !== 'obtained') return first;
    const read = readObject(first.made.text, order.task);
    if ('value' in read) return delivered(read.value, first.made, [first]);
    log.info({ task: order.task.name, problems: read.problems.slice(0, 3) }, 'The answer is sent back once');
    const { text } = first.made;
    const problems = [...(order.revision?.problems ?? []), ...read.problems].slice(0, shownProblems);
    const second = await obtain(provider, order, { answer: text.slice(0, shownAnswer), problems });
    if (second.kind !== 'obtained') return second;
    const again = readObject(second.made.text, order.task);
    if ('value' in again) return delivered(again.value, second.made, [first, second]);
    // Bought again by the next attempt: found, they would fail it without a call.
    await first.forget();
    await second.forget();
    throw new PressroomError(
      'provider-malformed-answer',
      'The provider answered twice with something that is not JSON of the wanted shape',
      { facts: { task: order.task.name, problems: again.problems.slice(0, 5) } },
    );
  }

  function obtain(
    { provider, policy }: GuardedProvider<ObjectPort>,
    { task, caller, signal }: ObjectOrder<unknown>,
    revision: ObjectRevision | undefined,
  ): Promise<Obtained<WrittenObject> | Refusal> {
    const request = { task: task as ObjectTask, revision };
    const model = provider.modelOf(task.name);
    return guarded.obtain<WrittenObject>({
      provider: provider.name,
      model,
      policy,
      caller,
      signal,
      resultKey: resultKey({
        kind: 'object',
        provider: provider.name,
        model,
        parameters: provider.describeObject(request),
      }),
      estimatedTokens: provider.estimateObjectTokens(request),
      make: () => provider.generateObject({ ...request, signal }),
      usageOf: ({ usage }) => usage,
      pictures: 0,
      encode: ({ text, model }) => ({ bytes: Buffer.from(text, 'utf8'), mediaType, model }),
      decode: (bytes, { model }) => ({ text: bytes.toString('utf8'), provider: provider.name, model }),
    });
  }
}

function delivered<Value>(
  value: Value,
  { text, provider, model }: WrittenObject,
  obtained: readonly Obtained<WrittenObject>[],
): DeliveredObject<Value> {
  const saved = obtained.filter((each) => each.saved).length;
  return { value, text, provider, model, calls: obtained.length - saved, saved };
}

type Read<Value> = { readonly value: Value } | { readonly problems: readonly string[] };

/** The value, or what is wrong with the text, in words that the provider understands. */
function readObject<Value>(text: string, { schema }: ObjectTask<Value>): Read<Value> {
  let json: unknown;
  try {
    json = JSON.parse(withoutFence(text));
  } catch (error) {
    // The rest of the message repeats the text, which belongs in no log.
    const where = /at position \d+/.exec((error as Error).message)?.[0] ?? 'at its beginning or end';
    return { problems: [`It is no complete JSON; it goes wrong ${where}`] };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { value: parsed.data };
  return {
    problems: parsed.error.issues
      .slice(0, 10)
      .map(({ path, message }) => `${path.length === 0 ? 'The whole' : path.join('.')}: ${message}`),
  };
}

/** Models put JSON between marks of code even when they are asked not to. */
function withoutFence(text: string): string {
  return /^\s*```(?:json)?\s*([\s\S]*?)\s*```\s*$/.exec(text)?.[1] ?? text;
}

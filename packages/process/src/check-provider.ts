import type { PressroomConfig } from '@pressroom/config';
import type { ProviderCallStore } from '@pressroom/domain';

/** Where the provider's models stand, for all processes; throws while the breaker of one is not closed. */
export async function checkProvider(
  { generation }: Pick<PressroomConfig, 'generation'>,
  calls: Pick<ProviderCallStore, 'states'>,
): Promise<object> {
  if (generation.kind === 'offline') return { provider: 'offline' };
  // A model that was used before another one was set says nothing any more.
  const used = [generation.pictureModel, generation.objectModel, generation.embeddingModel];
  const states = (await calls.states()).filter(
    ({ provider, model }) => provider === generation.kind && used.includes(model),
  );
  const stopped = states.filter(({ breaker }) => breaker !== 'closed');
  if (stopped.length > 0) {
    const each = stopped.map(
      ({ provider, model, breaker, openUntil }) =>
        `The breaker of ${provider} (${model}) is ${breaker}, until ${openUntil?.toISOString()}`,
    );
    throw new Error(each.join('; '));
  }
  return { provider: generation.kind, models: states.map(({ model, breaker }) => ({ model, breaker })) };
}

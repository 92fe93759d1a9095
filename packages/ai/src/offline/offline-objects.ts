import { type ObjectPort, PressroomError } from '@pressroom/domain';

export interface OfflineObjectsOptions {
  /** By the name of the task: what makes an answer of its shape from its material, without a model. */
  readonly makers: Readonly<Record<string, (material: unknown) => unknown>>;
  /** Names the makers and their version. */
  readonly model: string;
}

/** JSON without any service, for the tasks that can be done without one. Throws `provider-refused` for any other. */
export function createOfflineObjects({ makers, model }: OfflineObjectsOptions): ObjectPort {
  return {
    name: 'offline',
    objectModel: model,
    describeObject: ({ task, revision }) => ({
      task: task.name,
      material: task.material,
      ...(revision === undefined ? {} : { revision }),
    }),
    estimateObjectTokens: () => 0,
    generateObject: ({ task, signal }) => {
      signal.throwIfAborted();
      const make = makers[task.name];
      if (make === undefined) {
        throw new PressroomError('provider-refused', `The offline provider cannot do '${task.name}'`);
      }
      return Promise.resolve({ text: JSON.stringify(make(task.material)), provider: 'offline', model });
    },
  };
}

import { type ObjectPort, type OfflineMaker, PressroomError } from '@pressroom/domain';

export interface OfflineObjectsOptions {
  /** By the name of the task. */
  readonly makers: Readonly<Record<string, OfflineMaker>>;
}

/** JSON without any service, for the tasks that can be done without one. Throws `provider-refused` for any other. */
export function createOfflineObjects({ makers }: OfflineObjectsOptions): ObjectPort {
  return {
    name: 'offline',
    modelOf: (task) => makerOf(task).model,
    describeObject: ({ task, revision }) => ({
      task: task.name,
      material: task.material,
      ...(revision === undefined ? {} : { revision }),
    }),
    estimateObjectTokens: () => 0,
    generateObject: ({ task, signal }) => {
      signal.throwIfAborted();
      const { model, make } = makerOf(task.name);
      return Promise.resolve({ text: JSON.stringify(make(task.material)), provider: 'offline', model });
    },
  };

  function makerOf(task: string): OfflineMaker {
    const maker = makers[task];
    if (maker === undefined) {
      throw new PressroomError('provider-refused', `The offline provider cannot do '${task}'`);
    }
    return maker;
  }
}

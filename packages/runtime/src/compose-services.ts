import { defineService, type Service } from './service.ts';

/**
 * Several services as one: started in order, stopped in reverse. When one cannot start, those before it are stopped
 * again. A service that fails to stop does not keep the others from stopping; all failures come as one AggregateError.
 */
export function composeServices(name: string, services: readonly Service[]): Service {
  let started: Service[] = [];

  async function stopStarted(reason: string): Promise<void> {
    const failures: unknown[] = [];
    for (const service of started.reverse()) {
      await service.stop(reason).catch((error: unknown) => failures.push(error));
    }
    started = [];
    if (failures.length > 0) throw new AggregateError(failures, `Parts of ${name} did not stop cleanly`);
  }

  return defineService(name, {
    async start(signal) {
      try {
        for (const service of services) {
          signal.throwIfAborted();
          await startUnlessAborted(service, signal);
          started.push(service);
        }
      } catch (error) {
        await stopStarted(`another part of ${name} could not start`).catch((failure: unknown) => {
          throw new AggregateError([error, failure], `${name} could neither start nor stop cleanly`);
        });
        throw error;
      }
    },
    stop: stopStarted,
  });
}

/** A stop during the start reaches the service that is starting at that moment, so that it can break off. */
async function startUnlessAborted(service: Service, signal: AbortSignal): Promise<void> {
  const interrupt = () => void service.stop(String(signal.reason)).catch(() => {});
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    await service.start();
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}

import { loadConfig, type PressroomConfig } from '@pressroom/config';
import { createLogger, type Logger } from '@pressroom/observability';
import {
  defineService,
  type MainContext,
  type ResourceScope,
  runMain,
  type Service,
} from '@pressroom/runtime';
import { openResources, type Resources } from './resources.ts';

export interface ProcessOptions {
  readonly name: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What releasing the resources may take at the end, in milliseconds, where the usual time does not do. */
  readonly releaseMs?: number | undefined;
  /** Whether it is of no use, and so not ready, while its queue is away; default true. */
  readonly needsQueue?: boolean;
  /** Opens what the resources stand on, and names it in the settings. What it opens is released after them. */
  readonly prepare?: (foundation: Foundation) => Promise<PressroomConfig>;
  /** The services, in the order in which they start. What is opened for them belongs to the scope. */
  readonly build: (resources: Resources, scope: ResourceScope) => Promise<readonly Service[]>;
}

export interface Foundation {
  readonly config: PressroomConfig;
  readonly log: Logger;
  readonly scope: ResourceScope;
  readonly context: MainContext;
}

/** The whole `main` of an app: settings, log, resources, its services, until a signal comes. */
export async function runProcess({ name, environment, ...options }: ProcessOptions): Promise<void> {
  await runMain(name, async (scope, context) => {
    const given = loadConfig(environment);
    const log = createLogger({ name, ...given.log });
    context.configure({ log, graceMs: given.shutdownGraceMs, releaseMs: options.releaseMs });
    const config = (await options.prepare?.({ config: given, log, scope, context })) ?? given;
    const { signal } = context;
    const fail = (error: unknown): void => context.fail(error);
    const { needsQueue = true } = options;
    const resources = await openResources({ name, config, log, scope, signal, fail, needsQueue });
    return await options.build(resources, scope);
  });
}

/** Last to start and first to stop: probes see a process that is not quite up, or on its way out. */
export function readiness({ health }: Pick<Resources, 'health'>): Service {
  return defineService('readiness', {
    start: () => health.setPhase('running'),
    stop: () => health.setPhase('stopping'),
  });
}

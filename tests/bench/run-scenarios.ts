import { ResourceScope } from '@pressroom/runtime';
import { releaseAll } from '@pressroom/testing';
import type { Measurement, Scenario } from './scenario.ts';
import { openServers } from './servers.ts';

export interface RunOptions {
  readonly quick: boolean;
  readonly tell: (line: string) => void;
  /** Ends what was started, then rejects with its reason. */
  readonly signal: AbortSignal;
}

/** Runs them one after the other on servers of their own; whatever happens, nothing is left running. */
export async function runScenarios(
  scenarios: readonly Scenario[],
  { quick, tell, signal }: RunOptions,
): Promise<readonly Measurement[]> {
  const scope = new ResourceScope('bench');
  try {
    const servers = await openServers(scope, { durable: !quick });
    const measurements: Measurement[] = [];
    for (const scenario of scenarios) {
      tell(`${scenario.name}: ${scenario.about}`);
      const own = new ResourceScope(scenario.name);
      try {
        const run = scenario.run({ servers, quick, scope: own, tell: (line) => tell(`  ${line}`) });
        measurements.push(...(await Promise.race([run, aborted(signal)])));
      } finally {
        await own.close();
      }
    }
    return measurements;
  } finally {
    await scope.close();
    // What the scenarios share with the tests ends by itself only after a test: folders of drawn photos, processes.
    await releaseAll(globalThis);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

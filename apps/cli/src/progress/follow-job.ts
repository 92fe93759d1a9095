import type { PressroomClient } from '@pressroom/client';
import type { Job } from '@pressroom/domain';
import { showStepBars } from './step-bars.ts';
import { StepTally } from './step-tally.ts';

/** Shows how far a job is until it has settled. */
export async function followJob(
  client: PressroomClient,
  submitted: Job,
  { output, signal }: { readonly output: NodeJS.WriteStream; readonly signal: AbortSignal },
): Promise<Job> {
  const bars = showStepBars(output);
  const tally = new StepTally(submitted.steps);
  try {
    for (const worker of tally.workers) bars.update(worker, tally.count(worker));
    return await client.waitForJob(submitted.id, {
      signal,
      onEvent: (event) => {
        const worker = tally.take(event);
        if (worker !== undefined) bars.update(worker, tally.count(worker));
      },
    });
  } finally {
    bars.stop();
  }
}

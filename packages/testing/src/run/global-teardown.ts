import { runState } from './run-state.ts';

/** Ends the servers of a run. Jest wants a default export. */
export default async function globalTeardown(): Promise<void> {
  await runState().services?.stop();
}

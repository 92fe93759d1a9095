import { defineMachine } from './transition-table.ts';

export const jobStatuses = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;
export type JobStatus = (typeof jobStatuses)[number];

/**
 * Every way a job's status may change. The guard is the `where` of one update: two racing workers cannot both win.
 *
 * `retry` opens a settled job again, for another round: what did not succeed runs again, under a hold of its own.
 */
export const jobMachine = defineMachine({
  name: 'job',
  initial: 'queued',
  states: jobStatuses,
  final: ['succeeded', 'failed', 'cancelled'],
  transitions: {
    admit: { from: ['queued'], to: 'running' },
    succeed: { from: ['running'], to: 'succeeded' },
    fail: { from: ['queued', 'running'], to: 'failed' },
    cancel: { from: ['queued', 'running'], to: 'cancelled' },
    retry: { from: ['succeeded', 'failed', 'cancelled'], to: 'queued' },
  },
});

export type JobEventName = keyof typeof jobMachine.transitions;

export function isSettled(status: JobStatus): boolean {
  return jobMachine.final.includes(status);
}

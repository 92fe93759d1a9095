import { defineMachine } from './transition-table.ts';

export const stepStatuses = ['pending', 'running', 'succeeded', 'failed', 'skipped', 'cancelled'] as const;
export type StepStatus = (typeof stepStatuses)[number];

/**
 * Every way a step's status may change.
 *
 * `claim` also starts from `running`: a worker that died or stalled leaves its step there, and the next one takes
 * it over with a higher fencing token, which makes every later write of the first one miss its guard.
 * `release` hands a step back unfinished: a shutdown, a throttled provider, or a failure that will be retried.
 * `expand` hands it back with more children, which have to end before it is claimed again.
 * `retry` runs a step again that had ended without success; `redo` the steps above it, which have to use its new result.
 */
export const stepMachine = defineMachine({
  name: 'step',
  initial: 'pending',
  states: stepStatuses,
  final: ['succeeded', 'failed', 'skipped', 'cancelled'],
  transitions: {
    claim: { from: ['pending', 'running'], to: 'running' },
    release: { from: ['running'], to: 'pending' },
    expand: { from: ['running'], to: 'pending' },
    succeed: { from: ['running'], to: 'succeeded' },
    fail: { from: ['pending', 'running'], to: 'failed' },
    skip: { from: ['pending'], to: 'skipped' },
    cancel: { from: ['pending', 'running'], to: 'cancelled' },
    retry: { from: ['failed', 'skipped', 'cancelled'], to: 'pending' },
    redo: { from: ['running', 'succeeded'], to: 'pending' },
  },
});

export type StepEventName = keyof typeof stepMachine.transitions;
